import { type Batch, recordCount } from './batch.ts';

/**
 * How a batch inserts events. `tolerant` skips duplicates (`on conflict do nothing`). The others cost Postgres
 * less, but fail if an event is already stored or is in the batch twice: `plain` is a statement, `copy` a message
 * of several (`message/write-message.ts`), which costs less per event and more per batch. `copy-new` finds the duplicates
 * first, and copies the other events.
 */
export type InsertForm = 'copy' | 'copy-new' | 'plain' | 'tolerant';

/** The form of a single statement. */
export type StatementForm = Extract<InsertForm, 'plain' | 'tolerant'>;

/** Number of batches without a duplicate after which none is expected. */
const CLEAN_BATCHES = 100;

/** Number of events from which on a batch is cheaper by COPY (docs/decisions/0001-one-message.md). */
export const DEFAULT_COPY_MIN_EVENTS = 500;

/**
 * Chooses the form of the next batch. Duplicates come in runs, from a replay or a producer that resends.
 */
export class InsertForms {
  readonly #copyMinEvents: number;
  #clean = CLEAN_BATCHES;
  /** Number of batches that are statements, because one could not be divided. */
  #statements = 0;

  /** @param copyMinEvents number of events from which on a batch is written by COPY */
  constructor(copyMinEvents = Number.POSITIVE_INFINITY) {
    this.#copyMinEvents = copyMinEvents;
  }

  /** The form of the next batch. */
  next(batch: Pick<Batch, 'rows' | 'deadLetters'>): InsertForm {
    if (!batch.rows.areRegular) return 'tolerant';
    const isCopied = recordCount(batch) >= this.#copyMinEvents;
    if (this.#clean >= CLEAN_BATCHES) return isCopied ? 'copy' : 'plain';
    return isCopied && this.#statements === 0 ? 'copy-new' : 'tolerant';
  }

  /**
   * Reports a batch that was written.
   * @param duplicates the number of its duplicates
   * @param isUndivided whether it was to be divided, and a statement had to write it
   */
  report(duplicates: number, isUndivided = false): void {
    this.#clean = duplicates > 0 ? 0 : this.#clean + 1;
    this.#statements = isUndivided ? CLEAN_BATCHES : Math.max(this.#statements - 1, 0);
  }
}

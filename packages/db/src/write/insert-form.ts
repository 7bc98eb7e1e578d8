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
  /** How many of the next batches are not divided, because one could not be. */
  #undivided = 0;
  /** The number of batches for which that holds; doubled each time. */
  #pause = 1;

  /** @param copyMinEvents number of events from which on a batch is written by COPY */
  constructor(copyMinEvents = Number.POSITIVE_INFINITY) {
    this.#copyMinEvents = copyMinEvents;
  }

  /** The form of the next batch. */
  next(batch: Pick<Batch, 'rows' | 'deadLetters'>): InsertForm {
    if (!batch.rows.areRegular) return 'tolerant';
    const isCopied = recordCount(batch) >= this.#copyMinEvents;
    if (this.#clean >= CLEAN_BATCHES) return isCopied ? 'copy' : 'plain';
    return isCopied && this.#undivided === 0 ? 'copy-new' : 'tolerant';
  }

  /** Reports the number of duplicates in a batch that was written. */
  report(duplicates: number): void {
    this.#clean = duplicates > 0 ? 0 : this.#clean + 1;
    if (this.#undivided > 0) this.#undivided--;
    else this.#pause = 1;
  }

  /** Reports that a batch could not be divided. To search its duplicates in vain costs as much as to write it. */
  reportUndivided(): void {
    this.#pause = Math.min(2 * this.#pause, CLEAN_BATCHES);
    this.#undivided = this.#pause;
  }
}

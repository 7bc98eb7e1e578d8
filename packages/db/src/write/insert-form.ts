import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import type { Batch } from './batch.ts';

/**
 * How a batch inserts events. `tolerant` skips duplicates (`on conflict do nothing`). The other two cost Postgres
 * less, but fail if an event is already stored or is in the batch twice: `plain` is a statement, `copy` a message
 * of several (`message/write-message.ts`), which costs less per event and more per batch. It does not sort, so
 * random ids cost it more.
 */
export type InsertForm = 'copy' | 'plain' | 'tolerant';

/** Number of batches without a duplicate after which the form is no longer tolerant. */
const CLEAN_BATCHES = 100;

/** Number of events from which on a batch is cheaper by COPY (docs/decisions/0001-one-message.md). */
export const DEFAULT_COPY_MIN_EVENTS = 500;

/** Maximum size of the dead letters of a message: Postgres logs its text, of which they are a part, with an error. */
const MAX_TEXT_BYTES = 64 << 10;

function sizeOf(deadLetters: readonly DeadLetter[]): number {
  return deadLetters.reduce(
    (sum, { record: { key, value } }) => sum + (key?.length ?? 0) + (value?.length ?? 0),
    0,
  );
}

/**
 * Chooses the form of the next batch. Duplicates come in runs, from a replay or a producer that resends.
 */
export class InsertForms {
  readonly #copyMinEvents: number;
  #clean = CLEAN_BATCHES;

  /** @param copyMinEvents number of events from which on a batch is written by COPY */
  constructor(copyMinEvents = Number.POSITIVE_INFINITY) {
    this.#copyMinEvents = copyMinEvents;
  }

  /** The form of the next batch. */
  next({ rows, deadLetters }: Pick<Batch, 'rows' | 'deadLetters'>): InsertForm {
    if (this.#clean < CLEAN_BATCHES) return 'tolerant';
    const isLarge = rows.length >= this.#copyMinEvents && rows.isAscending;
    return isLarge && sizeOf(deadLetters) <= MAX_TEXT_BYTES ? 'copy' : 'plain';
  }

  /** Reports the number of duplicates in a batch. */
  report(duplicates: number): void {
    this.#clean = duplicates > 0 ? 0 : this.#clean + 1;
  }
}

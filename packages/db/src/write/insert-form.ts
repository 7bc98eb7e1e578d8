/**
 * How a batch inserts events. `tolerant` skips duplicates (`on conflict do nothing`). The other two cost Postgres
 * less, but fail if an event is already stored or is in the batch twice: `plain` is a statement, `copy` a message
 * of several (`write-message.ts`), which costs less per event and more per batch.
 */
export type InsertForm = 'copy' | 'plain' | 'tolerant';

/** Number of batches without a duplicate after which the form is no longer tolerant. */
const CLEAN_BATCHES = 100;

/** Number of events from which on a batch is cheaper by COPY (docs/decisions/0001-one-message.md). */
export const DEFAULT_COPY_MIN_EVENTS = 500;

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

  /** The form of the next batch, which has this number of events. */
  next(events: number): InsertForm {
    if (this.#clean < CLEAN_BATCHES) return 'tolerant';
    return events >= this.#copyMinEvents ? 'copy' : 'plain';
  }

  /** Reports the number of duplicates in a batch. */
  report(duplicates: number): void {
    this.#clean = duplicates > 0 ? 0 : this.#clean + 1;
  }
}

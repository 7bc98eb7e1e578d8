/**
 * How a statement inserts events. `tolerant` skips duplicates (`on conflict do nothing`). `plain` costs
 * Postgres a fifth less, but fails if an event is already stored or is in the batch twice.
 */
export type InsertForm = 'plain' | 'tolerant';

/** Number of statements without a duplicate after which the form is plain again. */
const CLEAN_STATEMENTS = 100;

/**
 * Chooses the form of the next statement. Duplicates come in runs, from a replay or a producer that resends.
 */
export class InsertForms {
  #clean = CLEAN_STATEMENTS;

  /** The form of the next statement. */
  get next(): InsertForm {
    return this.#clean >= CLEAN_STATEMENTS ? 'plain' : 'tolerant';
  }

  /** Reports the number of duplicates in a statement. */
  report(duplicates: number): void {
    this.#clean = duplicates > 0 ? 0 : this.#clean + 1;
  }
}

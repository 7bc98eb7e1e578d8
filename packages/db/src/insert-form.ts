/**
 * How a statement inserts events. `plain` costs Postgres a fifth less, and fails when one of them is stored already or
 * stands in the batch twice; `tolerant` passes over those.
 */
export type InsertForm = 'plain' | 'tolerant';

/** So many statements in a row without a duplicate, and the next is plain again. */
const CALM = 100;

/** Chooses the form by what statements met before: duplicates come in runs, from a replay or a producer that sends again. */
export class InsertForms {
  #calm = CALM;

  /** The form of the next statement. */
  get next(): InsertForm {
    return this.#calm >= CALM ? 'plain' : 'tolerant';
  }

  /** A statement has met so many duplicates. */
  met(duplicates: number): void {
    this.#calm = duplicates > 0 ? 0 : this.#calm + 1;
  }
}

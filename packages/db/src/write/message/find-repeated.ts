import { EventIds } from '../columns/event-ids.ts';

/** Indexes of rows. */
export interface Repeated {
  /** Rows whose event is stored, ascending. */
  readonly stored: readonly number[];
  /** Rows with the id of an earlier row whose event is not stored, ascending. */
  readonly twins: readonly number[];
  /** For each twin, the first row with its id. */
  readonly firsts: readonly number[];
}

/** Finds the rows whose event is stored, or is in an earlier row. */
export function findRepeated(ids: EventIds, storedIds: readonly string[]): Repeated {
  const [stored, twins, firsts]: [number[], number[], number[]] = [[], [], []];
  const all = ids.firsts(EventIds.of(storedIds));
  for (let index = 0; index < all.length; index++) {
    const first = all[index] ?? 0;
    if (first < 0) stored.push(index);
    else if (first < index) {
      twins.push(index);
      firsts.push(first);
    }
  }
  return { stored, twins, firsts };
}

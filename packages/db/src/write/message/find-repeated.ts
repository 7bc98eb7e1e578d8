import type { EventIds } from '../columns/event-ids.ts';

/** Indexes of rows. */
export interface Repeated {
  /** `stored` and `twins`, ascending. */
  readonly repeated: readonly number[];
  /** Rows whose event is stored, ascending. */
  readonly stored: readonly number[];
  /** Rows with the id of an earlier row whose event is not stored, ascending. */
  readonly twins: readonly number[];
  /** For each twin, the first row with its id. */
  readonly firsts: readonly number[];
}

/** Finds the rows whose event is stored, or is in an earlier row. */
export function findRepeated(ids: EventIds, storedIds: EventIds): Repeated {
  const found = {
    repeated: [] as number[],
    stored: [] as number[],
    twins: [] as number[],
    firsts: [] as number[],
  };
  for (const [index, first] of ids.firsts(storedIds).entries()) {
    if (first === index) continue;
    found.repeated.push(index);
    if (first < 0) found.stored.push(index);
    else {
      found.twins.push(index);
      found.firsts.push(first);
    }
  }
  return found;
}

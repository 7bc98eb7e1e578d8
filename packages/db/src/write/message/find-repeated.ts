import type { FirstFields } from '../columns/first-fields.ts';

/** Indexes of rows. */
export interface Repeated {
  /** Rows whose event is stored. */
  readonly stored: readonly number[];
  /** Rows with the id of an earlier row whose event is not stored. */
  readonly twins: readonly number[];
  /** For each twin, the first row with its id. */
  readonly firsts: readonly number[];
}

/** Finds the rows whose event is stored, or is in an earlier row. */
export function findRepeated(ids: FirstFields, storedIds: ReadonlySet<string>): Repeated {
  const seen = new Map<string, number>();
  const [stored, twins, firsts]: number[][] & { length: 3 } = [[], [], []];
  for (const index of findSuspects(ids, storedIds)) {
    const id = ids.at(index);
    const first = seen.get(id);
    if (storedIds.has(id)) stored.push(index);
    else if (first === undefined) seen.set(id, index);
    else {
      twins.push(index);
      firsts.push(first);
    }
  }
  return { stored, twins, firsts };
}

/**
 * The rows whose id is stored, or not greater than all before it, or is that of such a row. Ids that ascend are
 * compared with the next suspect only: to look each up in a set costs more than the rest.
 */
function findSuspects(ids: FirstFields, storedIds: ReadonlySet<string>): readonly number[] {
  const late = findLate(ids);
  const names = [...new Set([...storedIds, ...[...late].map((index) => ids.at(index))])].sort();
  const suspects: number[] = [];
  let next = 0;
  for (let index = 0; index < ids.length; index++) {
    const isLate = late.has(index);
    while (!isLate && next < names.length && ids.compareTo(index, names[next] ?? '') > 0) next++;
    if (isLate || ids.compareTo(index, names[next] ?? '') === 0) suspects.push(index);
  }
  return suspects;
}

/** The rows whose id is not greater than all before it. */
function findLate(ids: FirstFields): ReadonlySet<number> {
  const late = new Set<number>();
  let highest = 0;
  for (let index = 1; index < ids.length; index++)
    if (ids.compare(index, highest) > 0) highest = index;
    else late.add(index);
  return late;
}

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

/**
 * Finds the rows whose event is stored, or is in an earlier row.
 * @param late the rows with late ids
 */
export function findRepeated(
  ids: FirstFields,
  late: readonly number[],
  storedIds: ReadonlySet<string>,
): Repeated {
  const seen = new Map<string, number>();
  const [stored, twins, firsts]: number[][] & { length: 3 } = [[], [], []];
  for (const index of findSuspects(ids, late, storedIds)) {
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
 * The rows whose id is stored or late, or is that of a late row. Other ids ascend, so they are compared with the next
 * suspect only: to look each up in a set costs more than the rest.
 */
function findSuspects(
  ids: FirstFields,
  late: readonly number[],
  storedIds: ReadonlySet<string>,
): readonly number[] {
  const names = [...new Set([...storedIds, ...late.map((index) => ids.at(index))])].sort();
  const isLate = new Set(late);
  const suspects: number[] = [];
  let next = 0;
  for (let index = 0; index < ids.length; index++) {
    if (isLate.has(index)) suspects.push(index);
    else {
      while (next < names.length && ids.compareTo(index, names[next] ?? '') > 0) next++;
      if (ids.compareTo(index, names[next] ?? '') === 0) suspects.push(index);
    }
  }
  return suspects;
}

/**
 * The rows with late ids: those that are not greater than all before them. The first row counts as late, because the
 * rows before it are not known.
 */
export function findLate(ids: FirstFields): readonly number[] {
  const late: number[] = [];
  let highest = 0;
  for (let index = 0; index < ids.length; index++)
    if (ids.compare(index, highest) > 0) highest = index;
    else late.push(index);
  return late;
}

import type { EventIds } from '../columns/event-ids.ts';

/** Indexes of rows. */
export interface Repeated {
  /** Rows whose event is stored, ascending. */
  readonly stored: readonly number[];
  /** Rows with the id of an earlier row whose event is not stored, ascending. */
  readonly twins: readonly number[];
  /** For each twin, the first row with its id. */
  readonly firsts: readonly number[];
}

/**
 * Finds the rows whose event is stored, or is in an earlier row.
 * @param order the rows in the order of their ids (`inOrder`)
 */
export function findRepeated(
  ids: EventIds,
  order: readonly number[],
  storedIds: readonly string[],
): Repeated {
  const stored = new Set(storedIds.flatMap((id) => findAll(ids, order, id)));
  const twins = findTwins(ids, order).filter(([twin]) => !stored.has(twin));
  twins.sort(([a], [b]) => a - b);
  return {
    stored: [...stored].sort((a, b) => a - b),
    twins: twins.map(([twin]) => twin),
    firsts: twins.map(([, first]) => first),
  };
}

/** The indexes of the rows with an id. */
function findAll(ids: EventIds, order: readonly number[], id: string): readonly number[] {
  const from = ids.search(order, id);
  let to = from;
  while (to < order.length && ids.at(order[to] ?? 0) === id) to++;
  return order.slice(from, to);
}

/** The rows with the id of an earlier row, each with the first of them. */
function findTwins(ids: EventIds, order: readonly number[]): [twin: number, first: number][] {
  const twins: [number, number][] = [];
  let first = order[0] ?? 0;
  for (const index of order.slice(1))
    if (ids.compare(index, first) === 0) twins.push([index, first]);
    else first = index;
  return twins;
}

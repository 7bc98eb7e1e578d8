import { type LogRange, type LogSlice, splitSlice } from '@pipeline/kafka';
import { lowest } from '@pipeline/runtime';

/** Number of offsets of a partition that are read before the next partition's turn. */
const TURN_OFFSETS = 5_000n;

/** Maximum number of records per step. */
const STEP_RECORDS = 2_000;

/** Consecutive offsets of one of the ranges. */
export interface Step<Range> {
  readonly range: Range;
  readonly slice: LogSlice;
}

/**
 * Reads ranges in turns, so that a long one does not postpone the others. Skips the rest of a range whose log has been
 * truncated. Only one range is being read at a time: it holds a fetch in memory.
 */
export async function* readInTurns<Range extends LogRange>(
  read: (range: LogRange) => AsyncIterable<LogSlice>,
  ranges: readonly Range[],
): AsyncGenerator<Step<Range>> {
  const turns = ranges.flatMap((range) => (range.start < range.end ? [{ range, start: range.start }] : []));
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
    const { range, start } = turn;
    const { topic, partition, end } = range;
    let next = start;
    for await (const slice of read({ topic, partition, start, end: lowest(end, start + TURN_OFFSETS) })) {
      for (const part of splitSlice(slice, STEP_RECORDS)) yield { range, slice: part };
      next = slice.end;
    }
    if (next > start && next < end) turns.push({ range, start: next });
  }
}

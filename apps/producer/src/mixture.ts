import type { OutgoingRecord } from '@pipeline/kafka';
import { pickInteger, type Random } from './random.ts';

export interface Ratios {
  /** The share of invalid records, from 0 to 1. */
  readonly invalid: number;
  /** The share of records that repeat an earlier event byte for byte, from 0 to 1. */
  readonly duplicate: number;
}

/** Makes single records, with the given time in milliseconds since 1970. */
export interface RecordMaker {
  valid(timeMs: number): OutgoingRecord;
  /** A record that the consumer rejects. */
  invalid(timeMs: number): OutgoingRecord;
}

/** Generates records, and counts them. */
export type Mixture = ReturnType<typeof createMixture>;

/** Number of recent events that duplicates are picked from. */
const MEMORY = 1_000;

/**
 * Mixes valid events, invalid records and duplicates. At any time the count of each kind matches its ratio
 * within one.
 */
export function createMixture(maker: RecordMaker, ratios: Ratios, random: Random) {
  const recent: OutgoingRecord[] = [];
  let good = 0;
  const tally = { published: 0, invalid: 0, duplicates: 0 };
  const next = (timeMs: number): OutgoingRecord => {
    const index = tally.published++;
    if (isDue(index, ratios.invalid)) {
      tally.invalid++;
      return maker.invalid(timeMs);
    }
    if (recent.length > 0 && tally.duplicates < Math.floor((index + 1) * ratios.duplicate)) {
      tally.duplicates++;
      return recent[pickInteger(random, 0, recent.length - 1)] ?? maker.valid(timeMs);
    }
    const record = maker.valid(timeMs);
    recent[good++ % MEMORY] = record;
    return record;
  };
  /** The number of records so far, by kind. */
  const count = () => ({ ...tally });
  return { next, tally: count };
}

/** Whether the record at an index belongs to the share, which is spread evenly. */
function isDue(index: number, ratio: number): boolean {
  return Math.floor((index + 1) * ratio) > Math.floor(index * ratio);
}

import type { OutgoingRecord } from '@pipeline/kafka';
import { type Event, encodeEvent } from '@pipeline/schema';
import { spoilEvent } from './invalid-records.ts';
import { pickInteger, type Random } from './random.ts';

/** How many records of each kind were made. */
interface Tally {
  readonly published: number;
  readonly invalid: number;
  readonly duplicates: number;
}

export interface Ratios {
  /** The share of records that are bad, from 0 to 1. */
  readonly invalid: number;
  /** The share of records that repeat an earlier event byte for byte, from 0 to 1. */
  readonly duplicate: number;
}

/** Makes records, and counts them. */
export interface Mixture {
  next(timeMs: number): OutgoingRecord;
  tally(): Tally;
}

/** Duplicates repeat one of the last so many events. */
const MEMORY = 1_000;

/**
 * A mixture of good events, bad records and duplicates. After n records each kind has been made as often as its ratio
 * says, give or take one.
 */
export function createMixture(nextEvent: (timeMs: number) => Event, ratios: Ratios, random: Random): Mixture {
  const recent: OutgoingRecord[] = [];
  let good = 0;
  const tally = { published: 0, invalid: 0, duplicates: 0 };
  const next = (timeMs: number): OutgoingRecord => {
    const index = tally.published++;
    if (isDue(index, ratios.invalid)) {
      tally.invalid++;
      const event = nextEvent(timeMs);
      return { key: Buffer.from(event.user_id), value: spoilEvent(event, random) };
    }
    if (recent.length > 0 && tally.duplicates < Math.floor((index + 1) * ratios.duplicate)) {
      tally.duplicates++;
      return recent[pickInteger(random, 0, recent.length - 1)] ?? toRecord(nextEvent(timeMs));
    }
    const record = toRecord(nextEvent(timeMs));
    recent[good++ % MEMORY] = record;
    return record;
  };
  return { next, tally: () => ({ ...tally }) };
}

/** Whether the n-th of many is one of the share: spread evenly, and exact in sum. */
function isDue(index: number, ratio: number): boolean {
  return Math.floor((index + 1) * ratio) > Math.floor(index * ratio);
}

/** The record of an event: its key is the user, so that what one user does stays in order. */
function toRecord(event: Event): OutgoingRecord {
  const bytes = encodeEvent(event);
  return {
    key: Buffer.from(event.user_id),
    value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  };
}

import { createHash } from 'node:crypto';
import type { OutgoingRecord } from '@pipeline/kafka';

/** A pipeline that differs from the baseline in one or two parameters. */
export interface Scenario {
  readonly name: string;
  readonly consumers: number;
  readonly partitions: number;
  /** Rows in the table before the run. */
  readonly rows: number;
  /** Share of the topic's events that are already stored, 0 to 1. */
  readonly duplicates: number;
  /** Share of records that repeat one of the thousand before them, like a producer that resends, 0 to 1. */
  readonly resent: number;
  /** Order of event ids: ascending like UUIDv7, or random like UUIDv4. */
  readonly ids: 'ordered' | 'random';
  /** Share of records that are not events, 0 to 1. */
  readonly invalid: number;
  /** Share of events that Postgres refuses, 0 to 1: `jsonb` cannot store U+0000. */
  readonly refused: number;
  /** Approximate size of a value; the envelope takes about 200 bytes. */
  readonly bytes: number;
}

/** All others differ from it only in what their names state. */
export const baseline: Scenario = {
  name: '1 consumer, 3 partitions, empty table, ordered ids, 250 bytes',
  consumers: 1,
  partitions: 3,
  rows: 0,
  duplicates: 0,
  resent: 0,
  ids: 'ordered',
  invalid: 0,
  refused: 0,
  bytes: 250,
};

/** The first scenario is the baseline. */
export const scenarios: readonly Scenario[] = [
  baseline,
  { ...baseline, name: '2 consumers', consumers: 2 },
  { ...baseline, name: '3 consumers', consumers: 3 },
  { ...baseline, name: '12 partitions', partitions: 12 },
  { ...baseline, name: '48 partitions', partitions: 48 },
  { ...baseline, name: '10 thousand rows', rows: 10_000 },
  { ...baseline, name: '1 million rows', rows: 1_000_000 },
  { ...baseline, name: '10 million rows', rows: 10_000_000 },
  { ...baseline, name: 'random ids', ids: 'random' },
  { ...baseline, name: 'random ids, 1 million rows', ids: 'random', rows: 1_000_000 },
  { ...baseline, name: 'random ids, 10 million rows', ids: 'random', rows: 10_000_000 },
  { ...baseline, name: '1 % duplicates', duplicates: 0.01 },
  { ...baseline, name: '1 % duplicates of recent records', resent: 0.01 },
  { ...baseline, name: '50 % duplicates', duplicates: 0.5 },
  { ...baseline, name: '100 % duplicates', duplicates: 1 },
  { ...baseline, name: '1 % invalid', invalid: 0.01 },
  { ...baseline, name: '50 % invalid', invalid: 0.5 },
  { ...baseline, name: '1 % refused by Postgres', refused: 0.01 },
  { ...baseline, name: '1 kB', bytes: 1_000 },
  { ...baseline, name: '10 kB', bytes: 10_000 },
];

/** Limits the number of large events, so that a scenario does not take too long. */
const TOPIC_MAX_BYTES = 250_000_000;

/** Number of events in a scenario's topic: `events`, or less if they are large. */
export function eventsOf({ bytes }: Scenario, events: number): number {
  return Math.min(events, Math.floor(TOPIC_MAX_BYTES / bytes));
}

/** Added to positions, so that the topic's ids do not collide with those of rows stored in advance. */
export const EARLIER = 1_000_000_000;

const START = Date.parse('2026-11-24T09:00:00Z');

/** The record at a position of a scenario's topic; deterministic. */
export function recordAt(position: number, scenario: Scenario): OutgoingRecord {
  if (position % 100 >= 100 - 100 * scenario.resent) return recordAt(resentBy(position), scenario);
  const key = Buffer.from(`user-${position % 1_000}`);
  if (position % 100 < 100 * scenario.invalid) return { key, value: Buffer.from('{"not":"an event"}') };
  return { key, value: Buffer.from(JSON.stringify(eventAt(position, scenario))) };
}

/** The position of the record that is sent again at a position: a multiplication by a prime scatters them. */
function resentBy(position: number): number {
  return Math.max(0, position - 1 - ((position * 7_919) % 1_000));
}

function pathOf({ bytes }: Scenario): string {
  return '/'.padEnd(Math.max(1, bytes - 200), 'products/');
}

function eventAt(position: number, scenario: Scenario) {
  const { ids, refused } = scenario;
  const path = pathOf(scenario);
  return {
    event_id: idAt[ids](position + EARLIER),
    event_type: 'page_view',
    event_time: new Date(START + (position % 600) * 1_000).toISOString(),
    user_id: `user-${position % 1_000}`,
    // Counted from the other end than invalid records, so that both shares can be combined.
    payload: { path: 99 - (position % 100) < 100 * refused ? `${path}\0` : path },
  };
}

const idAt = {
  ordered: (i: number) => `0198c5b0-7c1e-7000-8000-${i.toString(16).padStart(12, '0')}`,
  random: (i: number) =>
    createHash('md5')
      .update(`${i}`)
      .digest('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
};

/** The same events in SQL, computed from the series value `i`, a position and `EARLIER`. */
export function eventInSql(scenario: Scenario): string {
  const position = `(i - ${EARLIER})`;
  return `${idInSql[scenario.ids]}, 'page_view', to_timestamp(${START / 1_000} + ${position} % 600),
          'user-' || ${position} % 1000, jsonb_build_object('path', '${pathOf(scenario)}')`;
}

const idInSql = {
  ordered: "('0198c5b0-7c1e-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid",
  random: 'md5(i::text)::uuid',
};

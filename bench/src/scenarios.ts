import type { Mixture } from './synthetic.ts';

/** A pipeline that differs from the baseline in one or two parameters. */
export interface Scenario extends Mixture {
  readonly name: string;
  readonly consumers: number;
  readonly partitions: number;
  /** Rows in the table before the run. */
  readonly rows: number;
  /** Share of the topic's events that are already stored, 0 to 1. */
  readonly duplicates: number;
}

const baseline: Omit<Scenario, 'name'> = {
  consumers: 1,
  partitions: 3,
  rows: 0,
  duplicates: 0,
  ids: 'ordered',
  invalid: 0,
  refused: 0,
  bytes: 250,
};

/** The first scenario is the baseline. */
export const scenarios: readonly Scenario[] = [
  { ...baseline, name: '1 consumer, 3 partitions, empty table, ordered ids, 250 bytes' },
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

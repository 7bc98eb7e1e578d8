import type { Mixture } from './synthetic.ts';

/** One way in which a pipeline can be larger or worse than the usual one. */
export interface Scenario extends Mixture {
  readonly name: string;
  readonly consumers: number;
  readonly partitions: number;
  /** Rows of earlier events in the table. */
  readonly rows: number;
  /** Events of the topic that are in the table, from 0 to 1. */
  readonly duplicates: number;
}

const usual: Omit<Scenario, 'name'> = {
  consumers: 1,
  partitions: 3,
  rows: 0,
  duplicates: 0,
  ids: 'ordered',
  invalid: 0,
  refused: 0,
  bytes: 250,
};

/** What is varied, one thing at a time; the first is the usual one. */
export const scenarios: readonly Scenario[] = [
  { ...usual, name: '1 consumer, 3 partitions, empty table, ordered ids, 250 bytes' },
  { ...usual, name: '2 consumers', consumers: 2 },
  { ...usual, name: '3 consumers', consumers: 3 },
  { ...usual, name: '12 partitions', partitions: 12 },
  { ...usual, name: '48 partitions', partitions: 48 },
  { ...usual, name: '10 thousand rows', rows: 10_000 },
  { ...usual, name: '1 million rows', rows: 1_000_000 },
  { ...usual, name: '10 million rows', rows: 10_000_000 },
  { ...usual, name: 'random ids', ids: 'random' },
  { ...usual, name: 'random ids, 1 million rows', ids: 'random', rows: 1_000_000 },
  { ...usual, name: 'random ids, 10 million rows', ids: 'random', rows: 10_000_000 },
  { ...usual, name: '1 % duplicates', duplicates: 0.01 },
  { ...usual, name: '50 % duplicates', duplicates: 0.5 },
  { ...usual, name: '100 % duplicates', duplicates: 1 },
  { ...usual, name: '1 % invalid', invalid: 0.01 },
  { ...usual, name: '50 % invalid', invalid: 0.5 },
  { ...usual, name: '1 % refused by Postgres', refused: 0.01 },
  { ...usual, name: '1 kB', bytes: 1_000 },
  { ...usual, name: '10 kB', bytes: 10_000 },
];

/** Of large events fewer do: a topic of so many bytes takes long enough. */
const TOPIC_MAX_BYTES = 250_000_000;

/** How many events a scenario's topic has. */
export function eventsOf({ bytes }: Scenario, events: number): number {
  return Math.min(events, Math.floor(TOPIC_MAX_BYTES / bytes));
}

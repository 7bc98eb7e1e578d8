import { randomUUID } from 'node:crypto';
import type { OutgoingRecord } from '@pipeline/kafka';
import { createEvent, jsonRecord } from './events.ts';
import { findViolations, noViolations } from './invariants.ts';
import type { Pipeline } from './pipeline.ts';

/** What was sent and acknowledged, hence what must be there at the end. */
export interface Oracle {
  readonly eventIds: ReadonlySet<string>;
  /** How many records of which value must be dead letters, by the value's text. */
  readonly badValues: ReadonlySet<string>;
  readonly duplicates: number;
}

/** What was sent in several turns. */
export function joinOracles(oracles: readonly Oracle[]): Oracle {
  return {
    eventIds: new Set(oracles.flatMap(({ eventIds }) => [...eventIds])),
    badValues: new Set(oracles.flatMap(({ badValues }) => [...badValues])),
    duplicates: oracles.reduce((sum, { duplicates }) => sum + duplicates, 0),
  };
}

/** How much of what to send. */
export interface Mix {
  readonly events: number;
  /** Every n-th record is bad, every n-th good one is sent twice; 0 means none. */
  readonly badEvery: number;
  readonly doubleEvery: number;
}

/** Publishes a mix, and remembers it once Kafka has acknowledged it. Bad values are unlike each other. */
export async function publishMix(
  pipeline: Pipeline,
  { events, badEvery, doubleEvery }: Mix,
): Promise<Oracle> {
  const eventIds = new Set<string>();
  const badValues = new Set<string>();
  const records: OutgoingRecord[] = [];
  for (let index = 1; index <= events; index++) {
    const event = createEvent({ user_id: `user-${index % 97}` });
    const record = jsonRecord(event, { key: Buffer.from(event.user_id) });
    eventIds.add(event.event_id);
    records.push(record, ...(isEvery(index, doubleEvery) ? [record] : []));
    if (isEvery(index, badEvery)) records.push(badRecord(badValues));
  }
  await pipeline.publish(records);
  return { eventIds, badValues, duplicates: records.length - events - badValues.size };
}

function isEvery(index: number, every: number): boolean {
  return every > 0 && index % every === 0;
}

function badRecord(badValues: Set<string>): OutgoingRecord {
  const value = `not json ${randomUUID()}`;
  badValues.add(value);
  return { key: Buffer.from('bad'), value: Buffer.from(value) };
}

/** What differs between what was sent and what is there. Empty when nothing was lost, doubled or wrongly dead-lettered. */
export async function findDifferences(pipeline: Pipeline, oracle: Oracle): Promise<readonly string[]> {
  const differences: string[] = [];
  const violations = await findViolations(pipeline.database);
  for (const [name, count] of Object.entries(violations)) {
    if (count !== noViolations[name as keyof typeof noViolations]) differences.push(`${name}: ${count}`);
  }
  const rows = await pipeline.database.run(
    (sql) => sql<{ id: string }[]>`select event_id as id from raw_events`,
  );
  differences.push(
    ...compare(
      'event',
      oracle.eventIds,
      rows.map(({ id }) => id),
    ),
  );
  const letters = await pipeline.database.run(
    (sql) => sql<{ value: Buffer }[]>`select value from dlq_events`,
  );
  differences.push(
    ...compare(
      'dead letter',
      oracle.badValues,
      letters.map(({ value }) => String(value)),
    ),
  );
  const topic = await pipeline.readTopic(pipeline.dlqTopic);
  const inTopic = new Set(topic.map(({ value }) => String(value)));
  differences.push(...compare('record of the dead-letter topic', oracle.badValues, [...inTopic]));
  differences.push(...(await findUncommitted(pipeline)));
  return differences.slice(0, 20);
}

function compare(what: string, expected: ReadonlySet<string>, found: readonly string[]): readonly string[] {
  const seen = new Set(found);
  return [
    ...[...expected].filter((one) => !seen.has(one)).map((one) => `${what} lost: ${one}`),
    ...found.filter((one) => !expected.has(one)).map((one) => `${what} that was never sent: ${one}`),
    ...(seen.size === found.length ? [] : [`${what} doubled: ${found.length - seen.size} times`]),
  ];
}

async function findUncommitted(pipeline: Pipeline): Promise<readonly string[]> {
  const offsets = await pipeline.offsets();
  const behind = offsets.filter(({ committed, logEnd }) => (committed ?? 0n) !== logEnd);
  return behind.map(
    ({ partition, committed, logEnd }) => `partition ${partition} is committed to ${committed} of ${logEnd}`,
  );
}

/** Partitions whose committed offset is ahead of what the database has accounted for: the one thing that loses records. */
export async function findOvercommitted(pipeline: Pipeline): Promise<readonly string[]> {
  const offsets = await pipeline.offsets();
  const ledger = await pipeline.database.run(
    (sql) =>
      sql<{ partition: number; next: bigint }[]>`select partition, next_offset as next from ingest_progress`,
  );
  const next = new Map(ledger.map((row) => [row.partition, row.next]));
  return offsets
    .filter(({ partition, committed }) => (committed ?? 0n) > (next.get(partition) ?? 0n))
    .map(
      ({ partition, committed }) =>
        `partition ${partition}: committed ${committed}, ledger ${next.get(partition)}`,
    );
}

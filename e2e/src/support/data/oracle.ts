import { randomUUID } from 'node:crypto';
import type { OutgoingRecord } from '@pipeline/kafka';
import type { Pipeline } from '../servers/pipeline.ts';
import { createEvent, jsonRecord } from './events.ts';
import { listViolations } from './invariants.ts';

/** The acknowledged records, from which the expected state is derived. */
export interface Oracle {
  readonly eventIds: ReadonlySet<string>;
  /** Values of the expected dead letters. */
  readonly badValues: ReadonlySet<string>;
  readonly duplicates: number;
}

/** Combines the oracles of several publications. */
export function joinOracles(oracles: readonly Oracle[]): Oracle {
  return {
    eventIds: new Set(oracles.flatMap(({ eventIds }) => [...eventIds])),
    badValues: new Set(oracles.flatMap(({ badValues }) => [...badValues])),
    duplicates: oracles.reduce((sum, { duplicates }) => sum + duplicates, 0),
  };
}

/** Composition of a publication. */
export interface Mix {
  /** Number of valid, distinct events. */
  readonly events: number;
  /** Adds an invalid record after every n-th event; 0 means none. */
  readonly badEvery: number;
  /** Sends every n-th event twice; 0 means none. */
  readonly duplicateEvery: number;
}

/** Publishes a mix, every other event a purchase, waiting for acknowledgements. Invalid values are distinct. */
export async function publishMix(
  pipeline: Pick<Pipeline, 'publish'>,
  { events, badEvery, duplicateEvery }: Mix,
): Promise<Oracle> {
  const eventIds = new Set<string>();
  const badValues = new Set<string>();
  const records: OutgoingRecord[] = [];
  for (let index = 1; index <= events; index++) {
    const event = createEvent({ user_id: `user-${index % 97}`, ...(isEvery(index, 2) && purchaseOf(index)) });
    const record = jsonRecord(event, { key: Buffer.from(event.user_id) });
    eventIds.add(event.event_id);
    records.push(record, ...(isEvery(index, duplicateEvery) ? [record] : []));
    if (isEvery(index, badEvery)) records.push(badRecord(badValues));
  }
  await pipeline.publish(records);
  return { eventIds, badValues, duplicates: records.length - events - badValues.size };
}

/** A purchase, which counts in the built-in roll-up. */
export function purchaseOf(index: number) {
  const payload = { order_id: `order-${index}`, amount: ((index * 31) % 101) / 10, currency: 'EUR' };
  return { event_type: 'purchase', payload };
}

function isEvery(index: number, every: number): boolean {
  return every > 0 && index % every === 0;
}

function badRecord(badValues: Set<string>): OutgoingRecord {
  const value = `not json ${randomUUID()}`;
  badValues.add(value);
  return { key: Buffer.from('bad'), value: Buffer.from(value) };
}

/** Differences between the expected and the actual state; at most 20. */
export async function findDifferences(pipeline: Pipeline, oracle: Oracle): Promise<readonly string[]> {
  const differences = [...(await listViolations(pipeline.database))];
  const rows = await pipeline.database.run(
    (sql) => sql<{ id: string }[]>`select event_id as id from pipeline.raw_events`,
  );
  differences.push(
    ...compare(
      'event',
      oracle.eventIds,
      rows.map(({ id }) => id),
    ),
  );
  const deadLetters = await pipeline.database.run(
    (sql) => sql<{ value: Buffer }[]>`select value from pipeline.dlq_events`,
  );
  differences.push(
    ...compare(
      'dead letter',
      oracle.badValues,
      deadLetters.map(({ value }) => String(value)),
    ),
  );
  const topic = await pipeline.readTopic(pipeline.dlqTopic);
  const inTopic = new Set(topic.map(({ value }) => String(value)));
  differences.push(...compare('record in the dead-letter topic', oracle.badValues, [...inTopic]));
  differences.push(...(await findUncommitted(pipeline)), ...(await findConflicting(pipeline)));
  return differences.slice(0, 20);
}

function compare(kind: string, expected: ReadonlySet<string>, found: readonly string[]): readonly string[] {
  const seen = new Set(found);
  return [
    ...[...expected].filter((one) => !seen.has(one)).map((one) => `${kind} lost: ${one}`),
    ...found.filter((one) => !expected.has(one)).map((one) => `${kind} never sent: ${one}`),
    ...(seen.size === found.length ? [] : [`${kind} duplicated: ${found.length - seen.size} times`]),
  ];
}

/** Duplicates of an oracle are the same records: whatever happens, none may count as conflicting. */
async function findConflicting(pipeline: Pipeline): Promise<readonly string[]> {
  const rows = await pipeline.database.run(
    (sql) => sql<{ partition: number; n: bigint }[]>`
      select partition, conflicting_duplicates as n from pipeline.ingest_progress where conflicting_duplicates <> 0`,
  );
  return rows.map(({ partition, n }) => `partition ${partition}: ${n} duplicates count as conflicting`);
}

async function findUncommitted(pipeline: Pipeline): Promise<readonly string[]> {
  const offsets = await pipeline.offsets();
  const behind = offsets.filter(({ committed, logEnd }) => (committed ?? 0n) !== logEnd);
  return behind.map(
    ({ partition, committed, logEnd }) => `partition ${partition}: committed ${committed} of ${logEnd}`,
  );
}

/** Partitions whose committed offset is ahead of the ledger, which would lose records. */
export async function findOvercommitted(pipeline: Pipeline): Promise<readonly string[]> {
  const offsets = await pipeline.offsets();
  const ledger = await pipeline.database.run(
    (sql) =>
      sql<{ partition: number; next: bigint }[]>`
        select partition, next_offset as next from pipeline.ingest_progress where topic = ${pipeline.topic}`,
  );
  const next = new Map(ledger.map((row) => [row.partition, row.next]));
  return offsets
    .filter(({ partition, committed }) => (committed ?? 0n) > (next.get(partition) ?? 0n))
    .map(
      ({ partition, committed }) =>
        `partition ${partition}: committed ${committed}, ledger ${next.get(partition)}`,
    );
}

import { UserError } from '@pipeline/runtime';
import { type BenchServers, consumerEnvironment, type Tables } from './bench-servers.ts';
import { startApp } from './programs.ts';
import type { FilledTopic } from './topic.ts';
import { meterUsage, peakRssMb } from './usage.ts';
import { waitWhileRunning } from './wait.ts';

/** Result of draining a topic with one consumer, startup included. */
export interface Drained {
  readonly eventsPerSecond: number;
  readonly peakRssMb: number;
  /** CPU time per event in microseconds: consumer, Postgres, Kafka. */
  readonly cpuMicros: readonly [number, number, number];
  /** Share of the CPU that unrelated processes used, 0 to 1. */
  readonly othersShare: number;
}

/**
 * Starts a consumer on a filled topic and waits until its last event is stored.
 * @throws UserError if the table does not have exactly one row per event afterwards
 */
export async function drainTopic(
  servers: BenchServers,
  filled: FilledTopic,
  tables: Tables,
): Promise<Drained> {
  await using consumer = startApp('consumer', [], consumerEnvironment(servers, filled.topic, tables));
  const used = meterUsage([consumer.pid, servers.postgres.pid, servers.kafka.pid]);
  await waitWhileRunning(consumer, async () => (await accountedFor(tables)) >= filled.events, 20);
  const { seconds, cpuMs, othersShare } = used();
  const peak = peakRssMb(consumer.pid);
  await requireRows(tables, filled.events);
  const perEvent = (ms = 0) => (ms * 1_000) / filled.events;
  return {
    eventsPerSecond: filled.events / seconds,
    peakRssMb: peak,
    cpuMicros: [perEvent(cpuMs[0]), perEvent(cpuMs[1]), perEvent(cpuMs[2])],
    othersShare,
  };
}

/** Number of offsets in the ledger: cheaper than counting rows, and written in the same transaction. */
export async function accountedFor({ database }: Tables): Promise<number> {
  const [row] = await database.run<{ records: number }>(
    (sql) => sql`select coalesce(sum(next_offset - start_offset), 0)::float8 as records from ingest_progress`,
  );
  return row?.records ?? 0;
}

async function requireRows({ database }: Tables, expected: number): Promise<void> {
  const [row] = await database.run<{ rows: number }>(
    (sql) => sql`select count(*)::float8 as rows from raw_events`,
  );
  if (row?.rows !== expected)
    throw new UserError(`found ${row?.rows} rows for ${expected} events`, 'fix the consumer first');
}

import { UserError } from '@pipeline/runtime';
import { type BenchServers, consumerEnvironment, type Tables } from './bench-servers.ts';
import { startApp } from './programs.ts';
import type { FilledTopic } from './topic.ts';
import { meterUsage, peakRssMb } from './usage.ts';
import { waitWhileRunning } from './wait.ts';

/** How a consumer drained a topic, its start included. */
export interface Drained {
  readonly eventsPerSecond: number;
  readonly peakRssMb: number;
  /** CPU of each event in microseconds: the consumer's, Postgres's, Kafka's. */
  readonly cpuMicros: readonly [number, number, number];
  /** What other programs took of the machine meanwhile, from 0 to 1. */
  readonly othersShare: number;
}

/**
 * Starts a consumer on a filled topic, and waits until its last event is stored.
 * @throws UserError when not every event of the topic is in the table then
 */
export async function drainTopic(lab: BenchServers, filled: FilledTopic, tables: Tables): Promise<Drained> {
  await using consumer = startApp('consumer', [], consumerEnvironment(lab, filled.topic, tables));
  const used = meterUsage([consumer.pid, lab.postgres.pid, lab.kafka.pid]);
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

/** What the ledger has seen: cheaper to ask for than a count of the rows, and written with them. */
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
    throw new UserError(`${row?.rows} rows of ${expected} events`, 'mend the consumer first');
}

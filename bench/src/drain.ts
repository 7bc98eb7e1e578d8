import { type Environment, startApp } from './programs.ts';
import { type BenchServers, consumerEnvironment, selectNumber, type Tables } from './servers.ts';
import { meterUsage, peakRssMb } from './usage.ts';

/** What draining a topic took. */
export interface Drained {
  readonly eventsPerSecond: number;
  /** Of the first consumer. */
  readonly peakRssMb: number;
  /** CPU time per event in microseconds: all consumers, Postgres, Kafka. */
  readonly cpuMicros: readonly number[];
  /** Share of the CPU that unrelated processes used, 0 to 1. */
  readonly othersShare: number;
}

export interface DrainOptions {
  /** Number of consumers; defaults to 1. */
  readonly consumers?: number;
  /** Measures from the first batch instead of from the start of the consumers. */
  readonly isWarm?: boolean;
  /** Additional settings of the consumers. */
  readonly environment?: Environment;
}

/** Starts consumers on a topic and waits until its last event is in the ledger. */
export async function drainTopic(
  servers: BenchServers,
  { topic, events }: { readonly topic: string; readonly events: number },
  tables: Tables,
  { consumers: size = 1, isWarm = false, environment = {} }: DrainOptions = {},
): Promise<Drained> {
  const settings = { ...consumerEnvironment(servers, topic, tables), ...environment };
  await using stack = new AsyncDisposableStack();
  const first = stack.use(startApp('consumer', [], settings));
  const others = Array.from({ length: size - 1 }, () => stack.use(startApp('consumer', [], settings)));
  const reach = (records: number) =>
    first.waitUntil(async () => (await countAccountedFor(tables)) >= records, 20);
  if (isWarm) await reach(1);
  const before = isWarm ? await countAccountedFor(tables) : 0;
  const used = meterUsage([
    servers.postgres.pid,
    servers.kafka.pid,
    ...[first, ...others].map(({ pid }) => pid),
  ]);
  await reach(events);
  const { seconds, cpuMs, othersShare } = used();
  const [postgres = 0, kafka = 0, ...own] = cpuMs;
  const cpu = [own.reduce((sum, ms) => sum + ms, 0), postgres, kafka];
  return {
    eventsPerSecond: (events - before) / seconds,
    peakRssMb: peakRssMb(first.pid),
    cpuMicros: cpu.map((ms) => (1_000 * ms) / (events - before)),
    othersShare,
  };
}

/** Number of offsets in the ledger: cheaper than counting rows, and written in the same transaction. */
function countAccountedFor({ database }: Tables): Promise<number> {
  return selectNumber(database, 'select sum(next_offset - start_offset) from ingest_progress');
}

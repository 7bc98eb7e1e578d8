import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@pipeline/runtime';
import { type Environment, startApp } from './programs.ts';
import { formatCell, logProgress, type Section } from './report.ts';
import { type BenchServers, consumerEnvironment, selectNumber, type Tables } from './servers.ts';
import { createTopic, topicEnvironment } from './topics.ts';
import { meterUsage } from './usage.ts';

const RATES = [100, 1_000, 10_000];
/** Lets the broker's JIT compiler settle: in a broker's first minute, p99 is twice as high as later. */
const WARM_UP_SECONDS = 30;

/** Measures the time from `event_time` to `ingested_at` at steady rates. */
export async function measureLatency(servers: BenchServers): Promise<Section> {
  const rows: (readonly number[])[] = [];
  for (const rate of RATES) {
    logProgress(`latency at ${rate} events/s`);
    rows.push(await measureRate(servers, rate));
  }
  const figures = (row: readonly number[]) => row.map(formatCell);
  return {
    title: `Latency: ${servers.size.seconds} s at each rate, after ${WARM_UP_SECONDS} s of warm-up`,
    summary: rows
      .map(figures)
      .map(([rate, , p50, p99]) => [`latency at ${rate} events/s`, `p50 ${p50} ms, p99 ${p99} ms`]),
    columns: [
      'target, events/s',
      'sent, events/s',
      'p50, ms',
      'p99, ms',
      'max, ms',
      'other processes, % of CPU',
    ],
    rows,
    remarks: [
      '`ingested_at - event_time`, on one clock: from creating the event to starting the transaction that ' +
        'stores it. The producer sends every 10 ms.',
    ],
  };
}

/** Work next to a measurement, from the end of the warm-up to the abort. */
type Alongside = (environment: Environment, signal: AbortSignal) => Promise<void>;

/**
 * Measures one rate.
 * @returns the rate, the rate that was sent, p50, p99 and the maximum in ms, and the share of the CPU that unrelated
 * processes used, in percent
 */
export async function measureRate(
  servers: BenchServers,
  rate: number,
  alongside: Alongside = async () => {},
): Promise<readonly number[]> {
  await using tables = await servers.createTables();
  const topic = await createTopic(servers.kafka.address);
  const environment = consumerEnvironment(servers, topic, tables);
  await using consumer = startApp('consumer', [], environment);
  await consumer.waitUntilJoined();
  const count = rate * (WARM_UP_SECONDS + servers.size.seconds);
  const args = ['--rate', String(rate), '--count', String(count)];
  await using producer = startApp('producer', args, topicEnvironment(servers.kafka.address, topic));
  const used = meterUsage([]);
  const ended = new AbortController();
  const working = sleep(1_000 * WARM_UP_SECONDS).then(() => alongside(environment, ended.signal));
  await producer.finish();
  ended.abort();
  await working;
  const { othersShare } = used();
  const countRows = () => selectNumber(tables.database, 'select count(*) from raw_events');
  await consumer.waitUntil(async () => (await countRows()) >= count, 100);
  return [rate, ...(await readLatency(tables)), 100 * othersShare];
}

/** The rate at which events were created per second, then p50, p99 and the maximum in ms. */
async function readLatency({ database }: Tables): Promise<readonly number[]> {
  const [row] = await database.run<{ figures: readonly number[] }>(
    (sql) => sql`
      with warm as (
        select event_time, extract(epoch from ingested_at - event_time) * 1000 as ms from raw_events
        where event_time >=
          (select min(event_time) from raw_events) + ${WARM_UP_SECONDS}::int * interval '1 s'
      )
      select jsonb_build_array(
        count(*) / extract(epoch from max(event_time) - min(event_time)),
        percentile_cont(0.5) within group (order by ms),
        percentile_cont(0.99) within group (order by ms),
        max(ms)) as figures
      from warm`,
  );
  if (row === undefined) throw new UserError('no event was stored after the warm-up', 'increase --seconds');
  return row.figures;
}

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
  const rows: (readonly [rate: number, figures: Latency])[] = [];
  for (const rate of RATES) {
    logProgress(`latency at ${rate} events/s`);
    rows.push([rate, await measureRate(servers, rate)]);
  }
  return {
    title: `Latency: ${servers.size.seconds} s at each rate, after ${WARM_UP_SECONDS} s of warm-up`,
    summary: rows.map(([rate, { p50, p99 }]) => [
      `latency at ${rate} events/s`,
      `p50 ${formatCell(p50)} ms, p99 ${formatCell(p99)} ms`,
    ]),
    columns: [
      'target, events/s',
      'sent, events/s',
      'p50, ms',
      'p99, ms',
      'max, ms',
      'other processes, % of CPU',
    ],
    rows: rows.map(([rate, { sent, p50, p99, longest, othersPercent }]) => [
      rate,
      sent,
      p50,
      p99,
      longest,
      othersPercent,
    ]),
    remarks: [
      '`ingested_at - event_time`, on one clock: from creating the event to starting the transaction that ' +
        'stores it. The producer sends every 10 ms.',
    ],
  };
}

/** Figures of the time after the warm-up. */
export interface Latency {
  /** Events per second. */
  readonly sent: number;
  /** In ms. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Mean number of events that were created and not yet stored, in the first and in the last third of the time. */
  readonly firstLag: number;
  readonly lastLag: number;
  /** Share of the CPU that unrelated processes used. */
  readonly othersPercent: number;
}

/** Work next to a measurement, from the end of the warm-up to the abort. */
type Alongside = (environment: Environment, signal: AbortSignal) => Promise<void>;

/** Measures one rate. */
export async function measureRate(
  servers: BenchServers,
  rate: number,
  alongside: Alongside = async () => {},
): Promise<Latency> {
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
  return { ...(await readLatency(tables)), othersPercent: 100 * othersShare };
}

/** By Little's law, the mean lag of a time is its rate times the mean latency. */
async function readLatency({ database }: Tables): Promise<Omit<Latency, 'othersPercent'>> {
  const [row] = await database.run<{ figures: Omit<Latency, 'othersPercent'> }>(
    (sql) => sql`
      with warm as (
        select event_time, extract(epoch from ingested_at - event_time) * 1000 as ms from raw_events
        where event_time >=
          (select min(event_time) from raw_events) + ${WARM_UP_SECONDS}::int * interval '1 s'
      ), measured as (
        select min(event_time) as began, max(event_time) as ended,
               extract(epoch from max(event_time) - min(event_time)) as seconds from warm
      )
      select jsonb_build_object(
        'sent', count(*) / seconds,
        'p50', percentile_cont(0.5) within group (order by ms),
        'p99', percentile_cont(0.99) within group (order by ms),
        'longest', max(ms),
        'firstLag', sum(ms) filter (where event_time < began + (ended - began) / 3) / 1000 / (seconds / 3),
        'lastLag', sum(ms) filter (where event_time >= ended - (ended - began) / 3) / 1000 / (seconds / 3)
      ) as figures
      from warm, measured group by seconds`,
  );
  if (row === undefined) throw new UserError('no event was stored after the warm-up', 'increase --seconds');
  return row.figures;
}

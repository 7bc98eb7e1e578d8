import { UserError } from '@pipeline/runtime';
import { type BenchServers, consumerEnvironment, type Tables, topicEnvironment } from './bench-servers.ts';
import { formatCell } from './markdown.ts';
import { startApp } from './programs.ts';
import { say } from './say.ts';
import type { Section } from './section.ts';
import { meterUsage } from './usage.ts';
import { waitUntilJoined, waitWhileRunning } from './wait.ts';

const RATES = [100, 1_000, 10_000];
/** A broker that has just started compiles itself meanwhile: in its first minute 99 % take twice as long as later. */
const WARM_UP_SECONDS = 30;

/** From an event's making to its row, at steady rates. */
export async function measureLatency(lab: BenchServers): Promise<Section> {
  const rows: (readonly number[])[] = [];
  for (const rate of RATES) {
    say(`latency at ${rate} events a second`);
    rows.push(await measureRate(lab, rate));
  }
  const figures = (row: readonly number[]) => row.map(formatCell);
  return {
    title: `Latency: ${lab.size.seconds} s at each rate, after ${WARM_UP_SECONDS} s of warm-up`,
    summary: rows
      .map(figures)
      .map(([rate, , half, most]) => [
        `latency at ${rate} events/s`,
        `half within ${half} ms, 99 % within ${most} ms`,
      ]),
    columns: ['events/s asked for', 'events/s sent', 'p50, ms', 'p99, ms', 'most, ms', othersColumn],
    rows,
    remarks: [
      '`ingested_at - event_time`: making, publishing (the producer makes and sends every 10 ms what is due), ' +
        'fetching, checking and the start of the transaction that stores the event, all on one clock.',
    ],
  };
}

const othersColumn = 'other programs, % of the machine';

async function measureRate(lab: BenchServers, rate: number): Promise<readonly number[]> {
  await using tables = await lab.createTables();
  const topic = await lab.createTopic();
  await using consumer = startApp('consumer', [], consumerEnvironment(lab, topic, tables));
  await waitUntilJoined(consumer);
  const count = rate * (WARM_UP_SECONDS + lab.size.seconds);
  const args = ['--rate', String(rate), '--count', String(count)];
  await using producer = startApp('producer', args, topicEnvironment(lab.kafka.address, topic));
  const used = meterUsage([consumer.pid, producer.pid, lab.postgres.pid, lab.kafka.pid]);
  await producer.ended;
  const { othersShare } = used();
  await waitWhileRunning(consumer, async () => (await countRows(tables)) >= count, 100);
  return [rate, ...(await readLatency(tables)), 100 * othersShare];
}

async function countRows({ database }: Tables): Promise<number> {
  const [row] = await database.run<{ rows: number }>(
    (sql) => sql`select count(*)::float8 as rows from raw_events`,
  );
  return row?.rows ?? 0;
}

/** The rate at which events were made, then the median, the 99th percentile and the most, in ms. */
async function readLatency({ database }: Tables): Promise<readonly number[]> {
  const [row] = await database.run<{ figures: readonly number[] }>(
    (sql) => sql`
      with warm as (
        select event_time, extract(epoch from ingested_at - event_time) * 1000 as ms from raw_events
        where event_time >= (select min(event_time) from raw_events) + ${WARM_UP_SECONDS}::int * interval '1 s'
      )
      select jsonb_build_array(
        count(*) / extract(epoch from max(event_time) - min(event_time)),
        percentile_cont(0.5) within group (order by ms),
        percentile_cont(0.99) within group (order by ms),
        max(ms)) as figures
      from warm`,
  );
  if (row === undefined) throw new UserError('nothing was stored', 'measure for more seconds');
  return row.figures;
}

import type { BenchServers } from './bench-servers.ts';
import { copyRows } from './copy.ts';
import { type Drained, drainTopic } from './drain.ts';
import { log } from './log.ts';
import { formatCell } from './markdown.ts';
import type { Cell, Section } from './section.ts';
import { median } from './statistics.ts';
import type { FilledTopic } from './topic.ts';
import { meterUsage } from './usage.ts';

interface Copied {
  readonly rowsPerSecond: number;
  /** CPU time of Postgres per row, in microseconds. */
  readonly postgresMicros: number;
}

interface Round {
  readonly copied: Copied;
  readonly drained: Drained;
}

/** Compares the consumer with COPY of the same rows into the same table, in alternating rounds. */
export async function measureThroughput(servers: BenchServers): Promise<Section> {
  const filled = await servers.filledTopic();
  const rounds: Round[] = [];
  for (let number = 1; number <= servers.size.rounds; number++) {
    log(`throughput, round ${number} of ${servers.size.rounds}`);
    rounds.push({ copied: await measureCopy(servers, filled), drained: await drainFresh(servers, filled) });
  }
  const figures = rounds.map(toFigures);
  const medians = columns.slice(1).map((_, column) => median(figures.map((row) => row[column] ?? 0)));
  const [rate, , ratio, rss, own] = medians.map(formatCell);
  return {
    title: `Throughput: ${filled.events.toLocaleString('en-US')} events in 3 partitions`,
    summary: [
      ['consumer, startup included', `${rate} events/s`],
      ['relative to COPY of the same rows', `${ratio}`],
      ['peak memory of the consumer', `${rss} MB`],
      ['CPU time of the consumer', `${own} µs per event`],
    ],
    columns,
    rows: [...figures.map((row, index): Cell[] => [String(index + 1), ...row]), ['median', ...medians]],
    remarks: [
      'From the start of the consumer process (its `start` script, without pnpm) to its last row. COPY ' +
        'uses three connections from this process, connecting included. Ratios compare within a round.',
    ],
  };
}

const columns = [
  'round',
  'consumer, events/s',
  'COPY, rows/s',
  'ratio',
  'peak RSS, MB',
  'consumer, µs CPU/event',
  'Postgres, µs CPU/event',
  'Kafka, µs CPU/event',
  'Postgres, µs CPU/row of COPY',
  'other processes, % of CPU',
];

function toFigures({ copied, drained }: Round): readonly number[] {
  const { eventsPerSecond, cpuMicros, othersShare } = drained;
  return [
    eventsPerSecond,
    copied.rowsPerSecond,
    eventsPerSecond / copied.rowsPerSecond,
    drained.peakRssMb,
    ...cpuMicros,
    copied.postgresMicros,
    100 * othersShare,
  ];
}

async function measureCopy(
  servers: BenchServers,
  { rows: { first, second }, events }: FilledTopic,
): Promise<Copied> {
  await using tables = await servers.createTables();
  const texts = first.map((text, index) => Buffer.concat([text, second[index] ?? Buffer.alloc(0)]));
  const used = meterUsage([servers.postgres.pid]);
  await copyRows(tables.url, texts);
  const { seconds, cpuMs } = used();
  return { rowsPerSecond: events / seconds, postgresMicros: ((cpuMs[0] ?? 0) * 1_000) / events };
}

async function drainFresh(servers: BenchServers, filled: FilledTopic): Promise<Drained> {
  await using tables = await servers.createTables();
  return await drainTopic(servers, filled, tables);
}

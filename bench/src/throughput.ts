import { UserError } from '@pipeline/runtime';
import { copyRows } from './copy.ts';
import { type Drained, drainTopic } from './drain.ts';
import { type Cell, formatCell, logProgress, type Section } from './report.ts';
import { type BenchServers, selectNumber } from './servers.ts';
import { median } from './statistics.ts';
import type { FilledTopic } from './topics.ts';
import { meterUsage } from './usage.ts';

/** Compares the consumer with COPY of the same rows into the same table, in alternating rounds. */
export async function measureThroughput(servers: BenchServers): Promise<Section> {
  const filled = await servers.filledTopic();
  const rounds: (readonly number[])[] = [];
  for (let number = 1; number <= servers.size.rounds; number++) {
    logProgress(`throughput, round ${number} of ${servers.size.rounds}`);
    const copied = await measureCopy(servers, filled);
    rounds.push(toFigures(copied, await drainFresh(servers, filled)));
  }
  const medians = columns.slice(1).map((_, column) => median(rounds.map((row) => row[column] ?? 0)));
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
    rows: [...rounds.map((row, index): Cell[] => [String(index + 1), ...row]), ['median', ...medians]],
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

interface Copied {
  readonly rowsPerSecond: number;
  /** CPU time of Postgres per row, in microseconds. */
  readonly postgresMicros: number;
}

function toFigures(copied: Copied, drained: Drained): readonly number[] {
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

async function measureCopy(servers: BenchServers, { copyTexts, events }: FilledTopic): Promise<Copied> {
  await using tables = await servers.createTables();
  const used = meterUsage([servers.postgres.pid]);
  await copyRows(tables.url, copyTexts);
  const { seconds, cpuMs } = used();
  return { rowsPerSecond: events / seconds, postgresMicros: (1_000 * (cpuMs[0] ?? 0)) / events };
}

/** @throws UserError if the table does not have exactly one row per event afterwards */
async function drainFresh(servers: BenchServers, filled: FilledTopic): Promise<Drained> {
  await using tables = await servers.createTables();
  const drained = await drainTopic(servers, filled, tables);
  const rows = await selectNumber(tables.database, 'select count(*) from raw_events');
  if (rows === filled.events) return drained;
  throw new UserError(`found ${rows} rows for ${filled.events} events`, 'fix the consumer first');
}

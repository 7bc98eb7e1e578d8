import type { BenchServers } from './bench-servers.ts';
import { copyRows } from './copy.ts';
import { type Drained, drainTopic } from './drain.ts';
import { formatCell } from './markdown.ts';
import { say } from './say.ts';
import type { Cell, Section } from './section.ts';
import { median } from './statistics.ts';
import type { FilledTopic } from './topic.ts';
import { meterUsage } from './usage.ts';

interface Copied {
  readonly rowsPerSecond: number;
  /** CPU of each row. */
  readonly postgresMicros: number;
}

interface Round {
  readonly copied: Copied;
  readonly drained: Drained;
}

/** The whole consumer against COPY of the same rows into the same table, in turn. */
export async function measureThroughput(lab: BenchServers): Promise<Section> {
  const filled = await lab.filledTopic();
  const rounds: Round[] = [];
  for (let number = 1; number <= lab.size.rounds; number++) {
    say(`throughput, round ${number} of ${lab.size.rounds}`);
    rounds.push({ copied: await measureCopy(lab, filled), drained: await drainFresh(lab, filled) });
  }
  const figures = rounds.map(toFigures);
  const medians = columns.slice(1).map((_, column) => median(figures.map((row) => row[column] ?? 0)));
  const [rate, , ratio, rss, own] = medians.map(formatCell);
  return {
    title: `Throughput: ${filled.events.toLocaleString('en-US')} events in 3 partitions`,
    summary: [
      ['consumer, its start included', `${rate} events/s`],
      ['of what COPY does with the same rows', `${ratio}`],
      ['most memory of the consumer', `${rss} MB`],
      ['CPU of the consumer', `${own} µs per event`],
    ],
    columns,
    rows: [...figures.map((row, index): Cell[] => [String(index + 1), ...row]), ['median', ...medians]],
    remarks: [
      'Start-up counts: from the start of the consumer’s process, by its `start` script without pnpm, to its last ' +
        'row. COPY is three connections from this process, connecting included. The ratio is that of the same round.',
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
  'other programs, % of the machine',
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
  lab: BenchServers,
  { rows: { first, second }, events }: FilledTopic,
): Promise<Copied> {
  await using tables = await lab.createTables();
  const texts = first.map((text, index) => Buffer.concat([text, second[index] ?? Buffer.alloc(0)]));
  const used = meterUsage([lab.postgres.pid]);
  await copyRows(tables.url, texts);
  const { seconds, cpuMs } = used();
  return { rowsPerSecond: events / seconds, postgresMicros: ((cpuMs[0] ?? 0) * 1_000) / events };
}

async function drainFresh(lab: BenchServers, filled: FilledTopic): Promise<Drained> {
  await using tables = await lab.createTables();
  return await drainTopic(lab, filled, tables);
}

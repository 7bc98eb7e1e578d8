import { copyRows } from './copy.ts';
import { type Drained, drainTopic } from './drain.ts';
import type { Lab } from './lab.ts';
import { say } from './say.ts';
import type { Cell, Section } from './section.ts';
import { median } from './statistics.ts';
import type { FilledTopic } from './topic.ts';

interface Round {
  readonly copied: number;
  readonly drained: Drained;
}

/** The whole consumer against COPY of the same rows into the same table, in turn. */
export async function measureThroughput(lab: Lab): Promise<Section> {
  const filled = await lab.filledTopic();
  const rounds: Round[] = [];
  for (let number = 1; number <= lab.size.rounds; number++) {
    say(`throughput, round ${number} of ${lab.size.rounds}`);
    rounds.push({ copied: await measureCopy(lab, filled), drained: await drainFresh(lab, filled) });
  }
  const figures = rounds.map(toFigures);
  const medians = columns.slice(1).map((_, column) => median(figures.map((row) => row[column] ?? 0)));
  return {
    title: `Throughput: ${filled.events.toLocaleString('en-US')} events in 3 partitions`,
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
  'other programs, % of the machine',
];

function toFigures({ copied, drained }: Round): readonly number[] {
  const { eventsPerSecond, cpuMicros, othersShare } = drained;
  return [
    eventsPerSecond,
    copied,
    eventsPerSecond / copied,
    drained.peakRssMb,
    ...cpuMicros,
    100 * othersShare,
  ];
}

async function measureCopy(lab: Lab, { rows: { first, second }, events }: FilledTopic): Promise<number> {
  await using tables = await lab.createTables();
  const texts = first.map((text, index) => Buffer.concat([text, second[index] ?? Buffer.alloc(0)]));
  const startedAt = performance.now();
  await copyRows(tables.url, texts);
  return (events * 1_000) / (performance.now() - startedAt);
}

async function drainFresh(lab: Lab, filled: FilledTopic): Promise<Drained> {
  await using tables = await lab.createTables();
  return await drainTopic(lab, filled, tables);
}

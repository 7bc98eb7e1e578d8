import { drainTopic } from './drain.ts';
import { type Cell, logProgress, type Section } from './report.ts';
import { type BenchServers, selectNumber, type Tables } from './servers.ts';
import { median } from './statistics.ts';

/** The indexes that `docs/tables.md` suggests, as they are written there. */
export const indexes: readonly string[] = [
  'create index on raw_events using brin (event_time)',
  'create index on raw_events using brin (ingested_at)',
  "create index on raw_events ((payload ->> 'order_id')) where event_type = 'purchase'",
  'create index on raw_events (event_time)',
  'create index on raw_events (event_type, event_time)',
  'create index on raw_events (user_id, event_time)',
  'create index on raw_events using gin (payload jsonb_path_ops)',
];

/** What a drain into a table with an index took. */
interface Cost {
  readonly eventsPerSecond: number;
  /** CPU time of Postgres per event, in microseconds. */
  readonly postgresMicros: number;
  /** Size of all indexes but the key, as a share of the table without indexes. */
  readonly sizeShare: number;
}

/**
 * Measures what each index costs at write. Each round also begins and ends without an index, because a machine
 * becomes faster or slower over time; ratios compare with the mean of these two.
 */
export async function measureIndexes(servers: BenchServers): Promise<Section> {
  const { topic, events } = await servers.filledTopic();
  const rounds: (readonly Cost[])[] = [];
  for (let number = 1; number <= servers.size.rounds; number++) {
    const round: Cost[] = [];
    for (const index of ['', ...indexes, '']) {
      logProgress(`indexes, round ${number} of ${servers.size.rounds}: ${index || 'none'}`);
      round.push(await measureIndex(servers, { topic, events }, index));
    }
    rounds.push(round);
  }
  return {
    title: 'Indexes: what one costs at write',
    summary: [],
    columns: ['', 'events/s, of none', 'CPU of Postgres, of none', 'size, of the table'],
    rows: indexes.map((index, position) => summarize(`\`${index}\``, rounds, position + 1)),
    remarks: [
      'Medians of the rounds, without startup; ratios compare with the runs without index of the round.',
    ],
  };
}

function summarize(name: string, rounds: readonly (readonly Cost[])[], position: number): readonly Cell[] {
  const ratio = (figure: (cost: Cost) => number) =>
    median(rounds.map((round) => ratioOf(round, position, figure)));
  return [
    name,
    ratio(({ eventsPerSecond }) => eventsPerSecond),
    ratio(({ postgresMicros }) => postgresMicros),
    median(rounds.flatMap((round) => round[position]?.sizeShare ?? [])),
  ];
}

/** A figure of a run of a round, as a share of the mean of the first and the last run. */
function ratioOf(round: readonly Cost[], position: number, figure: (cost: Cost) => number): number {
  const [first, own, last] = [round[0], round[position], round.at(-1)].map((cost) => cost && figure(cost));
  if (first === undefined || own === undefined || last === undefined)
    throw new RangeError(`a round has no run ${position}`);
  return (2 * own) / (first + last);
}

async function measureIndex(
  servers: BenchServers,
  filled: { readonly topic: string; readonly events: number },
  index: string,
): Promise<Cost> {
  await using tables = await servers.createTables();
  if (index !== '') await tables.database.run((sql) => sql.unsafe(index));
  const { eventsPerSecond, cpuMicros } = await drainTopic(servers, filled, tables, { isWarm: true });
  return { eventsPerSecond, postgresMicros: cpuMicros[1] ?? 0, sizeShare: await readSizeShare(tables) };
}

function readSizeShare({ database }: Tables): Promise<number> {
  return selectNumber(
    database,
    `select (pg_indexes_size('raw_events') - pg_relation_size('raw_events_pkey'))::float8
            / pg_relation_size('raw_events')`,
  );
}

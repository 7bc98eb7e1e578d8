import { drainTopic } from '../drain.ts';
import { type Cell, logProgress } from '../report.ts';
import { type BenchServers, selectNumber, type Tables } from '../servers.ts';
import { median } from '../statistics.ts';

/** What a drain into changed tables took. */
interface Cost {
  readonly eventsPerSecond: number;
  /** CPU time of Postgres per event, in microseconds. */
  readonly postgresMicros: number;
  /** Size of all indexes but the key, as a share of the table without indexes. */
  readonly sizeShare: number;
}

/** A change of empty tables. */
export interface Change {
  readonly name: string;
  readonly apply: (tables: Tables) => Promise<unknown>;
}

const none: Change = { name: 'none', apply: async () => {} };

/**
 * Measures what changes of the tables cost at write. Each round also begins and ends without a change, because a
 * machine becomes faster or slower over time; ratios compare with the mean of these two.
 * @returns for each change its name, the rate and the CPU time as ratios, and the size of its indexes
 */
export async function compareCosts(
  servers: BenchServers,
  title: string,
  changes: readonly Change[],
): Promise<readonly (readonly Cell[])[]> {
  const { topic, events } = await servers.filledTopic();
  const rounds: (readonly Cost[])[] = [];
  for (let number = 1; number <= servers.size.rounds; number++) {
    const round: Cost[] = [];
    for (const change of [none, ...changes, none]) {
      logProgress(`${title}, round ${number} of ${servers.size.rounds}: ${change.name}`);
      round.push(await measureChange(servers, { topic, events }, change));
    }
    rounds.push(round);
  }
  return changes.map(({ name }, position) => summarize(name, rounds, position + 1));
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

async function measureChange(
  servers: BenchServers,
  filled: { readonly topic: string; readonly events: number },
  { apply }: Change,
): Promise<Cost> {
  await using tables = await servers.createTables();
  await apply(tables);
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

import { drainTopic } from '../drain.ts';
import type { Environment } from '../programs.ts';
import { logProgress } from '../report.ts';
import { type BenchServers, selectNumber, type Tables } from '../servers.ts';
import { median } from '../statistics.ts';

/** What a drain into changed tables took. */
interface Cost {
  readonly eventsPerSecond: number;
  /** CPU time of the consumer and of Postgres per event, in microseconds. */
  readonly consumerMicros: number;
  readonly postgresMicros: number;
  /** Size of all indexes but the key, as a share of the table without indexes. */
  readonly sizeShare: number;
}

/** A change of the empty tables, another topic with as many records, or additional settings of the consumer. */
export interface Change {
  readonly name: string;
  readonly environment?: Environment;
  readonly apply?: (tables: Tables) => Promise<unknown>;
  readonly topic?: string;
}

const none: Change = { name: 'none' };

/** What a change costs: all but the size of its indexes as ratios. */
export interface Ratios {
  readonly name: string;
  readonly rate: number;
  readonly consumer: number;
  readonly postgres: number;
  readonly sizeShare: number;
}

/**
 * Measures what changes cost. Each round also begins and ends without a change, because a machine becomes faster or
 * slower over time; ratios compare with the mean of these two.
 * @param common the topic of changes without one; defaults to the shared one
 */
export async function compareCosts(
  servers: BenchServers,
  title: string,
  changes: readonly Change[],
  common?: string,
): Promise<readonly Ratios[]> {
  const topic = common ?? (await servers.filledTopic()).topic;
  const rounds: (readonly Cost[])[] = [];
  for (let number = 1; number <= servers.size.rounds; number++) {
    const round: Cost[] = [];
    for (const change of [none, ...changes, none]) {
      logProgress(`${title}, round ${number} of ${servers.size.rounds}: ${change.name}`);
      round.push(await measureChange(servers, topic, change));
    }
    rounds.push(round);
  }
  return changes.map(({ name }, position) => summarize(name, rounds, position + 1));
}

function summarize(name: string, rounds: readonly (readonly Cost[])[], position: number): Ratios {
  const ratio = (figure: (cost: Cost) => number) =>
    median(rounds.map((round) => ratioOf(round, position, figure)));
  return {
    name,
    rate: ratio(({ eventsPerSecond }) => eventsPerSecond),
    consumer: ratio(({ consumerMicros }) => consumerMicros),
    postgres: ratio(({ postgresMicros }) => postgresMicros),
    sizeShare: median(rounds.flatMap((round) => round[position]?.sizeShare ?? [])),
  };
}

/** A figure of a run of a round, as a share of the mean of the first and the last run. */
function ratioOf(round: readonly Cost[], position: number, figure: (cost: Cost) => number): number {
  const [first, own, last] = [round[0], round[position], round.at(-1)].map((cost) => cost && figure(cost));
  if (first === undefined || own === undefined || last === undefined)
    throw new RangeError(`a round has no run ${position}`);
  return (2 * own) / (first + last);
}

async function measureChange(servers: BenchServers, common: string, change: Change): Promise<Cost> {
  const { topic = common, apply, environment = {} } = change;
  await using tables = await servers.createTables();
  await apply?.(tables);
  const { events } = servers.size;
  const { eventsPerSecond, cpuMicros } = await drainTopic(servers, { topic, events }, tables, {
    isWarm: true,
    environment,
  });
  const [consumerMicros = 0, postgresMicros = 0] = cpuMicros;
  return { eventsPerSecond, consumerMicros, postgresMicros, sizeShare: await readSizeShare(tables) };
}

function readSizeShare({ database }: Tables): Promise<number> {
  return selectNumber(
    database,
    `select (pg_indexes_size('raw_events') - pg_relation_size('raw_events_pkey'))::float8
            / pg_relation_size('raw_events')`,
  );
}

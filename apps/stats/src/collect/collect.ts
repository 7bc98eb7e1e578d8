import type { Database } from '@pipeline/db';
import { type LedgerPosition, readOverview } from '@pipeline/db/read';
import { lagOf, type PartitionOffsets } from '@pipeline/kafka';
import { errorLine } from '@pipeline/program';
import type { PartitionStanding, Snapshot } from './snapshot.ts';

export type FetchOffsets = () => Promise<readonly PartitionOffsets[]>;

/**
 * Reads all statistics. Without Kafka the other values remain available; the partitions come from the ledger.
 * @param minutes number of recent minutes
 * @throws errors of the database
 */
export async function collectSnapshot(
  database: Database,
  fetchOffsets: FetchOffsets,
  { topics, minutes }: { readonly topics: readonly string[]; readonly minutes: number },
): Promise<Snapshot> {
  const [{ readAt, ledger, ...overview }, kafka] = await Promise.all([
    readOverview(database, { topics, minutes }),
    settleOffsets(fetchOffsets()),
  ]);
  return {
    ...overview,
    generatedAt: readAt,
    partitions: joinStandings(topics, ledger, kafka.offsets),
    kafkaProblem: kafka.problem,
  };
}

/** The offsets, or the reason why they are unknown. */
export async function settleOffsets(fetching: ReturnType<FetchOffsets>) {
  try {
    return { offsets: await fetching, problem: undefined };
  } catch (error) {
    return { offsets: [], problem: errorLine(error) };
  }
}

/** Joins the ledger's and Kafka's data per partition, in the order of the topics and of their partitions. */
export function joinStandings(
  topics: readonly string[],
  ledger: readonly LedgerPosition[],
  offsets: readonly PartitionOffsets[],
): readonly PartitionStanding[] {
  return topics.flatMap((name) => {
    const isOfTopic = ({ topic }: { readonly topic: string }) => topic === name;
    return joinTopic(name, ledger.filter(isOfTopic), offsets.filter(isOfTopic));
  });
}

function joinTopic(
  topic: string,
  ledger: readonly LedgerPosition[],
  offsets: readonly PartitionOffsets[],
): readonly PartitionStanding[] {
  const positions = new Map(ledger.map((position) => [position.partition, position]));
  const found = new Map(offsets.map((one) => [one.partition, one]));
  const partitions = [...new Set([...positions.keys(), ...found.keys()])].sort((a, b) => a - b);
  return partitions.map((partition) => ({
    topic,
    partition,
    ...standingOf(found.get(partition), positions.get(partition)?.recordAgeSeconds ?? null),
  }));
}

function standingOf(offsets: PartitionOffsets | undefined, recordAgeSeconds: number | null) {
  if (offsets === undefined) return { currentOffset: null, endOffset: null, lag: null, secondsBehind: null };
  const { current, end, lag } = lagOf(offsets);
  return {
    currentOffset: current,
    endOffset: end,
    lag,
    secondsBehind: lag === 0n ? 0 : recordAgeSeconds && Math.max(0, recordAgeSeconds),
  };
}

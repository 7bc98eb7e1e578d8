import { type Database, type LedgerPosition, readOverview } from '@pipeline/db';
import { lagOf, type PartitionOffsets } from '@pipeline/kafka';
import { errorLine } from '@pipeline/runtime';
import type { PartitionStanding, Snapshot } from './snapshot.ts';

export type FetchOffsets = () => Promise<readonly PartitionOffsets[]>;

/**
 * Reads everything that the statistics show. Without Kafka the rest stands; the ledger still knows the partitions.
 * @param minutes how many of the latest minutes
 * @throws what the database throws
 */
export async function collectSnapshot(
  database: Database,
  fetchOffsets: FetchOffsets,
  { topic, minutes }: { readonly topic: string; readonly minutes: number },
): Promise<Snapshot> {
  const [{ readAt, ledger, ...overview }, kafka] = await Promise.all([
    readOverview(database, { topic, minutes }),
    settleOffsets(fetchOffsets()),
  ]);
  return {
    ...overview,
    generatedAt: readAt,
    partitions: joinStandings(topic, ledger, kafka.offsets),
    kafkaProblem: kafka.problem,
  };
}

/** What Kafka said, or why it said nothing. */
export async function settleOffsets(fetching: ReturnType<FetchOffsets>) {
  try {
    return { offsets: await fetching, problem: undefined };
  } catch (error) {
    return { offsets: [], problem: errorLine(error) };
  }
}

/** What the ledger and Kafka know of each partition, together, in the order of the partitions. */
export function joinStandings(
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

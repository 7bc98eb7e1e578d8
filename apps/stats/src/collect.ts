import {
  type Database,
  type LedgerPosition,
  readDeadLetterGroups,
  readLedger,
  readMinutes,
  readTotals,
} from '@pipeline/db';
import { lagOf, type PartitionOffsets } from '@pipeline/kafka';
import { failureLine } from '@pipeline/runtime';
import type { PartitionStanding, Snapshot } from './snapshot.ts';

/** How to look into the pipeline. */
export interface Sources {
  readonly database: Database;
  readonly topic: string;
  /** Fails when Kafka does not answer in time. */
  readonly fetchOffsets: () => Promise<readonly PartitionOffsets[]>;
  readonly minutes: number;
}

/**
 * Reads everything that the statistics show. Without Kafka the rest stands; the ledger still knows the partitions.
 * @throws what the database throws
 */
export async function collectSnapshot({
  database,
  topic,
  fetchOffsets,
  minutes,
}: Sources): Promise<Snapshot> {
  const [totals, counts, groups, ledger, kafka] = await Promise.all([
    readTotals(database),
    readMinutes(database, minutes),
    readDeadLetterGroups(database),
    readLedger(database, topic),
    settle(fetchOffsets()),
  ]);
  return {
    generatedAt: new Date().toISOString(),
    totals,
    minutes: counts,
    deadLetterGroups: groups,
    partitions: joinStandings(topic, ledger, kafka.offsets),
    kafkaProblem: kafka.problem,
  };
}

async function settle(fetching: Promise<readonly PartitionOffsets[]>) {
  try {
    return { offsets: await fetching, problem: undefined };
  } catch (error) {
    return { offsets: [], problem: failureLine(error) };
  }
}

/** What the ledger and Kafka know of each partition, together. */
export function joinStandings(
  topic: string,
  ledger: readonly LedgerPosition[],
  offsets: readonly PartitionOffsets[],
): readonly PartitionStanding[] {
  const partitions = new Set([...ledger, ...offsets].map(({ partition }) => partition));
  return [...partitions]
    .sort((a, b) => a - b)
    .map((partition) => {
      const position = ledger.find((one) => one.partition === partition);
      const found = offsets.find((one) => one.partition === partition);
      return joinStanding(topic, partition, position, found);
    });
}

function joinStanding(
  topic: string,
  partition: number,
  position: LedgerPosition | undefined,
  offsets: PartitionOffsets | undefined,
): PartitionStanding {
  if (offsets === undefined) {
    return { topic, partition, currentOffset: null, endOffset: null, lag: null, secondsBehind: null };
  }
  const { current, end, lag } = lagOf(offsets);
  const secondsBehind = lag === 0n ? 0 : (position?.recordAgeSeconds ?? null);
  return { topic, partition, currentOffset: current, endOffset: end, lag, secondsBehind };
}

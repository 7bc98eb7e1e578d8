import {
  type Database,
  type Difference,
  findDifferences,
  type LedgerPosition,
  readLedger,
} from '@pipeline/db';
import type { PartitionOffsets } from '@pipeline/kafka';

/** Where to look, and how to ask Kafka. */
export interface Verification {
  readonly database: Database;
  readonly topic: string;
  readonly fetchOffsets: () => Promise<readonly PartitionOffsets[]>;
}

/**
 * Everything that should be equal and is not: tables among themselves, and the ledger against Kafka.
 * Committed offsets are read before the tables and ends of logs after them, so that a consumer at work makes no difference.
 */
export async function verify({
  database,
  topic,
  fetchOffsets,
}: Verification): Promise<readonly Difference[]> {
  const before = await fetchOffsets();
  const [tables, ledger] = await Promise.all([findDifferences(database), readLedger(database, topic)]);
  const after = await fetchOffsets();
  return [...tables, ...compareWithKafka(topic, ledger, before, after)];
}

/** The ledger may not be behind what the group has committed, nor ahead of what the log holds. */
export function compareWithKafka(
  topic: string,
  ledger: readonly LedgerPosition[],
  before: readonly PartitionOffsets[],
  after: readonly PartitionOffsets[],
): readonly Difference[] {
  const next = new Map(ledger.map(({ partition, nextOffset }) => [partition, nextOffset]));
  const key = (partition: number) => `${topic}/${partition}`;
  const overcommitted = before
    .filter(({ partition, committed }) => committed !== undefined && committed > (next.get(partition) ?? 0n))
    .map(({ partition, committed }) => ({
      table: 'ingest_progress',
      key: `${key(partition)} next_offset, by what Kafka's group has committed`,
      expected: `at least ${committed}`,
      found: String(next.get(partition) ?? 'no row'),
    }));
  const beyondEnd = after
    .filter(({ partition, logEnd }) => (next.get(partition) ?? 0n) > logEnd)
    .map(({ partition, logEnd }) => ({
      table: 'ingest_progress',
      key: `${key(partition)} next_offset, by the end of the log (was the topic made anew?)`,
      expected: `at most ${logEnd}`,
      found: String(next.get(partition)),
    }));
  return [...overcommitted, ...beyondEnd];
}

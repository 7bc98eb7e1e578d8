import type { Database } from '@pipeline/db';
import { type Comparison, compareTables, type RecountOptions } from '@pipeline/db/maintenance';
import { type LedgerPosition, readLedger } from '@pipeline/db/read';
import type { PartitionOffsets } from '@pipeline/kafka';
import { type FetchOffsets, settleOffsets } from '../collect/collect.ts';

/** The sources to compare. */
export interface Sources {
  readonly database: Database;
  readonly topic: string;
  readonly fetchOffsets: FetchOffsets;
}

export interface Verification {
  /** All values that should be equal and are not. */
  readonly differences: readonly Comparison[];
  /** Number of rows in `raw_events`. */
  readonly events: bigint;
  /** Why the ledger was not compared with Kafka, or undefined if it was. */
  readonly kafkaProblem: string | undefined;
}

/**
 * Recounts the tables and compares them with each other, and the ledger with Kafka. Committed offsets are
 * read before the tables and end offsets after them, so that a running consumer causes no differences.
 * @throws errors of the database
 */
export async function verify(
  { database, topic, fetchOffsets }: Sources,
  options: RecountOptions,
): Promise<Verification> {
  const before = await settleOffsets(fetchOffsets());
  const tables = await compareTables(database, options);
  const ledger = await readLedger(database, topic);
  const after = await settleOffsets(fetchOffsets());
  const kafkaProblem = before.problem ?? after.problem;
  const withKafka =
    kafkaProblem === undefined ? compareWithKafka(topic, ledger, before.offsets, after.offsets) : [];
  return {
    differences: [...tables.filter(({ expected, found }) => expected !== found), ...withKafka],
    events: BigInt(tables.find(({ table }) => table === 'raw_events')?.found ?? 0),
    kafkaProblem,
  };
}

/**
 * The ledger must not be behind the committed offset, nor beyond the end offset. Rows of partitions that do
 * not exist are ignored: the topic was recreated with fewer.
 */
export function compareWithKafka(
  topic: string,
  ledger: readonly LedgerPosition[],
  before: readonly PartitionOffsets[],
  after: readonly PartitionOffsets[],
): readonly Comparison[] {
  const next = new Map(ledger.map(({ partition, nextOffset }) => [partition, nextOffset]));
  const ends = new Map(after.map(({ partition, logEnd }) => [partition, logEnd]));
  const differ = (partition: number, expected: string): Comparison => ({
    table: 'ingest_progress',
    key: `${topic}/${partition} next_offset`,
    expected,
    found: String(next.get(partition) ?? 'no row'),
  });
  const overcommitted = before
    .filter(({ partition, committed = 0n }) => committed > (next.get(partition) ?? 0n))
    .map(({ partition, committed }) => differ(partition, `at least ${committed}, the committed offset`));
  const beyondEnd = ledger
    .filter(({ partition, nextOffset }) => nextOffset > (ends.get(partition) ?? nextOffset))
    .map(({ partition }) => differ(partition, `at most ${ends.get(partition)}, the end offset`));
  return [...overcommitted, ...beyondEnd];
}

import type { Database } from '@pipeline/db';
import { type Comparison, compareTables, type RecountOptions } from '@pipeline/db/maintenance';
import { type LedgerPosition, readLedger } from '@pipeline/db/read';
import { type PartitionOffsets, partitionName } from '@pipeline/kafka';
import { type FetchOffsets, settleOffsets } from '../collect/collect.ts';

/** The sources to compare. */
export interface Sources {
  readonly database: Database;
  readonly topics: readonly string[];
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
  { database, topics, fetchOffsets }: Sources,
  options: RecountOptions,
): Promise<Verification> {
  const before = await settleOffsets(fetchOffsets());
  const tables = await compareTables(database, options);
  const ledger = await readLedger(database, topics);
  const after = await settleOffsets(fetchOffsets());
  const kafkaProblem = before.problem ?? after.problem;
  const withKafka = kafkaProblem === undefined ? compareWithKafka(ledger, before.offsets, after.offsets) : [];
  return {
    differences: [...tables.filter(({ expected, found }) => expected !== found), ...withKafka],
    events: BigInt(tables.find(({ table }) => table === 'raw_events')?.found ?? 0),
    kafkaProblem,
  };
}

/**
 * The ledger must not be behind the committed offset, nor beyond the end offset. Rows of partitions that do
 * not exist are ignored: a topic was recreated with fewer.
 */
export function compareWithKafka(
  ledger: readonly LedgerPosition[],
  before: readonly PartitionOffsets[],
  after: readonly PartitionOffsets[],
): readonly Comparison[] {
  const next = new Map(ledger.map((one) => [partitionName(one), one.nextOffset]));
  const ends = new Map(after.map((one) => [partitionName(one), one.logEnd]));
  const differ = (name: string, expected: string): Comparison => ({
    table: 'ingest_progress',
    key: `${name} next_offset`,
    expected,
    found: String(next.get(name) ?? 'no row'),
  });
  const overcommitted = before
    .map(({ committed = 0n, ...one }) => ({ name: partitionName(one), committed }))
    .filter(({ name, committed }) => committed > (next.get(name) ?? 0n))
    .map(({ name, committed }) => differ(name, `at least ${committed}, the committed offset`));
  const beyondEnd = [...next]
    .filter(([name, offset]) => offset > (ends.get(name) ?? offset))
    .map(([name]) => differ(name, `at most ${ends.get(name)}, the end offset`));
  return [...overcommitted, ...beyondEnd];
}

import type { ProvenLedger } from '@pipeline/db/prove';
import { type OffsetOf, type PartitionOffsets, partitionName } from '@pipeline/kafka';
import { exitCode, highest, lowest, UserError } from '@pipeline/runtime';

/** Offsets of a partition to prove, from `from` to before `to`. */
export interface ProvenPartition extends ProvenLedger {
  readonly from: bigint;
  readonly to: bigint;
}

/** What to read. */
export interface Plan {
  /** RFC 3339. */
  readonly startedAt: string;
  readonly partitions: readonly ProvenPartition[];
  /** Why rows without a record cannot be detected; null if they can. */
  readonly rowsNotChecked: string | null;
}

/** What to prove. */
export interface Choice {
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  /** Per partition, the first offset, and the offset after the last one; default to everything. */
  readonly fromOf?: OffsetOf | undefined;
  readonly toOf?: OffsetOf | undefined;
}

type Log = Omit<PartitionOffsets, 'committed'>;

/** The tables and the topics when a proof starts. */
export interface Basis {
  readonly startedAt: string;
  /** The ledgers of all topics. */
  readonly ledgers: readonly ProvenLedger[];
  readonly logs: readonly Log[];
  /** The rule by which the definition finds event ids, as JSON. */
  readonly identity: string;
}

/**
 * Chooses the offsets to read: of each partition everything that the topic retains and the ledger accounts for.
 * @throws UserError if there is nothing to prove, or the tables belong to another topic or another id rule
 */
export function planProof({ startedAt, ledgers, logs: found, identity }: Basis, choice: Choice): Plan {
  const logs = new Map(found.map((one) => [partitionName(one), one]));
  const { topic, partition } = choice;
  const chosen = ledgers.filter(
    (one) =>
      logs.has(partitionName(one)) &&
      (topic ?? one.topic) === one.topic &&
      (partition ?? one.partition) === one.partition,
  );
  if (chosen.length === 0)
    throw new UserError('the ledger accounts for none of these partitions', 'start a consumer');
  const partitions = chosen.map((ledger) => {
    requireSameRule(ledger, identity);
    return boundsOf(ledger, logs.get(partitionName(ledger)) as Log, choice);
  });
  return { startedAt, partitions, rowsNotChecked: whyNotChecked(ledgers, partitions, logs) };
}

function requireSameRule({ topic, identity: stored }: ProvenLedger, identity: string): void {
  if (stored === identity) return;
  throw new UserError(
    `topic ${topic} has events whose ids follow the rule ${stored}, but the definition has the rule ${identity}`,
    'set EVENTS to the definition that the consumer uses',
    exitCode.usage,
  );
}

function boundsOf(ledger: ProvenLedger, log: Log, choice: Choice): ProvenPartition {
  const { topicId = null } = log;
  if (topicId !== null && ledger.topicId !== null && topicId !== ledger.topicId)
    throw new UserError(
      `the ledger of ${partitionName(ledger)} accounts for a former topic of this name`,
      'start a consumer, which begins the ledger of the present one',
    );
  const to = lowest(ledger.nextOffset, log.logEnd, choice.toOf?.(ledger));
  const from = highest(log.logStart, choice.fromOf?.(ledger));
  return { ...ledger, from: lowest(from, to), to };
}

/** Whether everything that any ledger accounts for is read: otherwise a row may belong to a record that is not. */
function whyNotChecked(
  ledgers: readonly ProvenLedger[],
  partitions: readonly ProvenPartition[],
  logs: ReadonlyMap<string, Log>,
): string | null {
  if (partitions.length < ledgers.length) return 'only some of the partitions were read';
  const isWhole = partitions.every(({ from, to, nextOffset, ...one }) => {
    const logStart = logs.get(partitionName(one))?.logStart;
    return from === logStart && to === nextOffset;
  });
  if (!isWhole) return 'only a part of the ledger was read';
  const isRetained = partitions.every(({ from, startOffset }) => from === 0n || from <= startOffset);
  return isRetained ? null : NOT_RETAINED;
}

/** The reason that is found before or after the topic is read. */
export const NOT_RETAINED = 'the topic no longer has all records that the ledger accounts for';

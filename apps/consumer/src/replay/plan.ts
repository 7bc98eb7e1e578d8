import type { ReplayLedger } from '@pipeline/db';
import { type ClusterAdmin, type OffsetOf, partitionName } from '@pipeline/kafka';
import { exitCode, highest, lowest, UserError } from '@pipeline/runtime';

/** Offsets of a partition to replay, from `from` to before `to`, and its ledger. */
export interface ReplayRange {
  readonly ledger: ReplayLedger;
  readonly from: bigint;
  readonly to: bigint;
}

/** What to replay. */
export interface ReplayChoice {
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly fromOf: OffsetOf;
  readonly toOf: OffsetOf;
}

/** A partition's log. */
type ReplayLog = Awaited<ReturnType<ClusterAdmin['fetchLogs']>>[number];

/** The tables and the topics when a replay starts. */
interface Basis {
  readonly ledgers: readonly ReplayLedger[];
  readonly logs: readonly ReplayLog[];
  /** Id of the Kafka cluster; undefined if it has none. */
  readonly clusterId: string | undefined;
}

/**
 * Limits what was chosen to what the topics retain and the ledger accounts for: the consumer stores the rest.
 * @throws UserError if nothing was chosen, or the tables belong to another topic or cluster
 */
export function planReplay(
  { ledgers, logs, clusterId }: Basis,
  choice: ReplayChoice,
): readonly ReplayRange[] {
  const { topic, partition } = choice;
  const found = new Map(logs.map((log) => [partitionName(log), log]));
  const ranges = ledgers.flatMap((ledger) => {
    const log = found.get(partitionName(ledger));
    const isChosen =
      (topic ?? ledger.topic) === ledger.topic && (partition ?? ledger.partition) === ledger.partition;
    if (log === undefined || !isChosen) return [];
    requireSameLog(ledger, log, clusterId);
    return [limit(ledger, log, choice)];
  });
  if (ranges.length > 0) return ranges;
  throw new UserError(
    'no consumer has read any of these partitions yet, or there is no such partition',
    'correct --topic and --partition',
    exitCode.usage,
  );
}

function limit(ledger: ReplayLedger, log: ReplayLog, { fromOf, toOf }: ReplayChoice): ReplayRange {
  const to = lowest(ledger.nextOffset, log.stableEnd, toOf(ledger));
  const from = highest(log.logStart, fromOf(ledger));
  return { ledger, from: lowest(from, to), to };
}

/** Ids that are unknown on one side count as equal. */
function requireSameLog(ledger: ReplayLedger, { topicId }: ReplayLog, clusterId: string | undefined): void {
  const isSame = (a: string | null | undefined, b: string | null | undefined) => (a ?? b) === (b ?? a);
  if (isSame(ledger.topicId, topicId) && isSame(ledger.clusterId, clusterId)) return;
  throw new UserError(
    `the ledger of ${partitionName(ledger)} accounts for another topic of this name`,
    'start a consumer, which begins the ledger of the present one',
  );
}

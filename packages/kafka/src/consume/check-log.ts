import type { KafkaRecord } from '../record.ts';
import { type FindEpochEnd, findDivergence, type LogTail } from './divergence.ts';

/** A partition's log, as its leader has it now. */
export interface PartitionLog {
  readonly logStart: bigint;
  readonly logEnd: bigint;
  readonly findEpochEnd: FindEpochEnd;
  /** Reads the record at an offset of the log; undefined if there is none, or it cannot be read. */
  readonly readRecord: (offset: bigint) => Promise<KafkaRecord | undefined>;
}

/** The position of a ledger, and what it has kept of the log; undefined if that is out of date. */
export interface LedgerTail {
  readonly nextOffset: bigint;
  readonly tail?: LogTail | undefined;
}

/**
 * Whether a log still is the one that a ledger accounts for. `intact`: it is, or all of it has been removed
 * by retention. `truncated`: it may differ from `divergence` on, because it lost its tail, and other records
 * may have taken the offsets. `unknown`: neither the leader epochs nor the last record decide.
 */
export type LogCheck =
  | { readonly state: 'intact' | 'unknown' }
  | { readonly state: 'truncated'; readonly divergence: bigint };

/**
 * Compares a log with a ledger, by the leader epochs and by the last record. A record that is gone, because
 * of retention or compaction, proves nothing. If the log was truncated at an unknown offset, it may differ
 * from its start on.
 */
export async function checkLog(
  { nextOffset, tail }: LedgerTail,
  log: PartitionLog,
  hash: (record: KafkaRecord) => string,
): Promise<LogCheck> {
  const { logStart, logEnd } = log;
  if (nextOffset <= logStart) return { state: 'intact' };
  const divergence = tail && (await findDivergence(tail, nextOffset, log.findEpochEnd));
  if (divergence !== undefined && divergence < nextOffset) return { state: 'truncated', divergence };
  const isSame = await isLastRecord(tail, log, hash);
  if (isSame === false || nextOffset > logEnd) return { state: 'truncated', divergence: logStart };
  return { state: isSame || divergence !== undefined ? 'intact' : 'unknown' };
}

/** Whether the log has the ledger's last record; undefined if it has none at that offset. */
async function isLastRecord(
  tail: LogTail | undefined,
  { logStart, logEnd, readRecord }: PartitionLog,
  hash: (record: KafkaRecord) => string,
): Promise<boolean | undefined> {
  const expected = tail?.record;
  if (expected === undefined || expected.offset < logStart || expected.offset >= logEnd) return undefined;
  const found = await readRecord(expected.offset);
  return found && hash(found) === expected.hash;
}

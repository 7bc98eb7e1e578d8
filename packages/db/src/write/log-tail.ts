import { hash } from 'node:crypto';
import type { SourceRecord } from '../dead-letters/dead-letter.ts';
import { type Batch, lastRecord } from './batch.ts';

/** The offset from which on records of a leader epoch were read; those from it to the first one hold none. */
interface EpochStart {
  readonly epoch: number;
  readonly offset: bigint;
}

/**
 * What the ledger keeps of a partition's log, to notice if Kafka has lost its tail and reused the offsets: the
 * last record, and the leader epochs. Out of date if `nextOffset` is not the ledger's: an earlier version,
 * which does not keep it, has written in between.
 */
export interface LogTail {
  readonly nextOffset: bigint;
  /** Leader epoch of the last offset; undefined if it is unknown. */
  readonly epoch?: number | undefined;
  /** The latest leader epochs, in ascending order. */
  readonly epochs: readonly EpochStart[];
  /** The last record; undefined if it is unknown. */
  readonly record?: { readonly offset: bigint; readonly hash: string } | undefined;
}

/** Older epochs are dropped; a log that differs even there is re-read from its start. */
const MAX_EPOCHS = 16;

/**
 * The tail after a batch is written.
 * @param from the ledger's next offset before
 */
export function extendTail(tail: LogTail | undefined, batch: Batch, from: bigint): LogTail {
  const starts = epochStarts(batch, from);
  const [first] = starts;
  const former = tail?.nextOffset === from ? tail : undefined;
  const known = former?.epoch === undefined ? [] : former.epochs;
  const earlier = known.filter(({ epoch }) => first === undefined || epoch < first.epoch);
  const begun = known.find(({ epoch }) => epoch === first?.epoch);
  const epochs = [...earlier, ...(begun ? [begun, ...starts.slice(1)] : starts)].slice(-MAX_EPOCHS);
  const record = lastRecord(batch);
  const { nextOffset, lastEpoch } = batch;
  return {
    nextOffset,
    epoch: isKnown(lastEpoch) ? lastEpoch : undefined,
    epochs,
    record: record ? { offset: BigInt(record.offset), hash: hashRecord(record) } : former?.record,
  };
}

/** The tail after the ledger is set back. */
export function cutTail({ epochs }: LogTail, nextOffset: bigint): LogTail {
  const kept = epochs.filter(({ offset }) => offset < nextOffset);
  return { nextOffset, epoch: kept.at(-1)?.epoch, epochs: kept };
}

/** The leader epochs of a batch; nearly always one. */
function epochStarts(batch: Batch, from: bigint): readonly EpochStart[] {
  const starts: EpochStart[] = [];
  let offset = from;
  for (const record of hasOneEpoch(batch) ? [] : inOrder(batch)) {
    add(starts, record.leaderEpoch, offset);
    offset = BigInt(record.offset) + 1n;
  }
  add(starts, batch.lastEpoch, offset);
  return starts;
}

/** Epochs never decrease within a log. */
function hasOneEpoch({ rows, deadLetters, lastEpoch }: Batch): boolean {
  const firsts = [rows.records[0], deadLetters[0]?.record];
  return firsts.every((record) => record === undefined || record.leaderEpoch === lastEpoch);
}

function inOrder({ rows, deadLetters }: Batch): readonly SourceRecord[] {
  const records = [...rows.records, ...deadLetters.map(({ record }) => record)];
  return records.sort((a, b) => Number(BigInt(a.offset) - BigInt(b.offset)));
}

function add(starts: EpochStart[], epoch: number | undefined, offset: bigint): void {
  if (isKnown(epoch) && epoch !== starts.at(-1)?.epoch) starts.push({ epoch, offset });
}

/** Old message formats have the epoch -1. */
function isKnown(epoch: number | undefined): epoch is number {
  return epoch !== undefined && epoch >= 0;
}

/** Identifies a record at its offset: a hash of timestamp, key and value. */
export function hashRecord({ timestamp, key, value }: SourceRecord): string {
  const header = Buffer.from(`${timestamp} ${key?.length} ${value?.length} `);
  return hash('sha256', Buffer.concat([header, key ?? NONE, value ?? NONE]), 'base64');
}

const NONE = Buffer.alloc(0);

interface StoredTail {
  readonly nextOffset: string;
  readonly epoch?: number;
  readonly epochs: readonly (readonly [number, string])[];
  readonly record?: { readonly offset: string; readonly hash: string };
}

/** Encodes a tail as the JSON of the column `log_tail`, with offsets as strings. */
export function tailToJson({ nextOffset, epoch, epochs, record }: LogTail): string {
  return JSON.stringify({
    nextOffset: String(nextOffset),
    epoch,
    epochs: epochs.map((one) => [one.epoch, String(one.offset)]),
    record: record && { ...record, offset: String(record.offset) },
  });
}

/** Decodes the column `log_tail`; undefined if it is null. */
export function tailFromJson(json: unknown): LogTail | undefined {
  if (json === null || json === undefined) return undefined;
  const { nextOffset, epoch, epochs, record } = json as StoredTail;
  return {
    nextOffset: BigInt(nextOffset),
    epoch,
    epochs: epochs.map(([one, offset]) => ({ epoch: one, offset: BigInt(offset) })),
    record: record && { ...record, offset: BigInt(record.offset) },
  };
}

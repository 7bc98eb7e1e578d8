import { UserError } from '@pipeline/runtime';
import type { Database } from '../client/connect.ts';
import { codeOf, errorKind } from '../client/errors.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { type Batch, recordCount, splitBatch } from './batch.ts';
import { findDeadLettered } from './find-dead-lettered.ts';
import { findInvalidRows } from './find-invalid-rows.ts';
import { type InsertForm, InsertForms } from './insert-form.ts';
import { isDivisible, type Refusal, type Store, writeIsolating } from './isolate.ts';
import { type LogPartition, type OpenedLedger, openLedger, rewindLedger } from './ledger.ts';
import { cutTail, extendTail, type LogTail, tailFromJson } from './log-tail.ts';
import { limitTimeouts, TooSlowError } from './too-slow.ts';
import { type StatementResult, writeStatement } from './write-statement.ts';

/** What a write has stored; empty for a replay. */
export interface Written {
  /** Number of events by type. */
  readonly stored: ReadonlyMap<string, number>;
  readonly deadLettered: number;
  /** Dead letters made from rows that Postgres rejected. */
  readonly refused: readonly DeadLetter[];
}

/** Retries a statement while its errors are transient; rethrows every other error. */
export type Persist = <Value>(statement: () => Promise<Value>) => Promise<Value>;

export interface Writer {
  /** Opens a partition's ledger, at `startOffset` if it is new or belongs to a former topic of this name. */
  open(partition: LogPartition, startOffset: bigint): Promise<OpenedLedger>;
  /**
   * Sets an opened partition's ledger back, because Kafka's log was truncated.
   * @param from the ledger's next offset
   * @param to a lower offset, from which on the log will be read again
   * @returns false if another process has moved the ledger
   */
  rewind(partition: LogPartition, from: bigint, to: bigint): Promise<boolean>;
  /**
   * Writes a batch of an opened partition: rows, aggregates, dead letters and ledger in one transaction, or
   * in several if the batch has to be split. Safe to repeat, and safe if another process writes the same
   * records.
   * @throws the driver's error if it is permanent, a UserError if the ledger is behind confirmed writes
   */
  write(batch: Batch): Promise<Written>;
}

/**
 * Creates a writer. `persist` decides about retries; `countRedrives` is used for rows that Postgres rejects.
 */
export function createWriter(
  database: Database,
  persist: Persist,
  countRedrives: Store['countRedrives'] = () => 0,
): Writer {
  /** The next offset of each opened ledger, as this process last saw it; every statement compares it. */
  const positions = new Map<string, bigint>();
  const tails = new Map<string, LogTail | undefined>();
  const forms = new InsertForms();
  const runLocked = async (batch: Batch, expected: bigint) => {
    const key = ledgerKey(batch);
    const isReplay = batch.nextOffset <= expected;
    const tail = isReplay ? undefined : extendTail(tails.get(key), batch, expected);
    const run = () => runStatement(database, batch, expected, forms, tail);
    const result = await persist(isDivisible(batch) ? limitTimeouts(run) : run);
    if (result.foundOffset !== expected) tails.set(key, tailFromJson(result.foundTail));
    else if (tail !== undefined) tails.set(key, tail);
    return result;
  };
  return {
    async open(partition, startOffset) {
      const opened = await persist(() => openLedger(database, partition, startOffset));
      positions.set(ledgerKey(partition), opened.nextOffset);
      tails.set(ledgerKey(partition), opened.tail);
      return opened;
    },
    async rewind(partition, from, to) {
      const key = ledgerKey(partition);
      const former = tails.get(key);
      const tail = former && cutTail(former, to);
      const isRewound = await persist(() => rewindLedger(database, partition, { from, to, tail }));
      if (isRewound) positions.set(key, to);
      if (isRewound) tails.set(key, tail);
      return isRewound;
    },
    async write(batch) {
      const tally = createTally();
      const isReread = startsBelow(batch, positions.get(ledgerKey(batch)));
      const refused = await writeIsolating(batch, {
        tryWrite: (part) => failureOf(() => writeInStep(part, positions, runLocked, tally.add)),
        findDeadLettered: async (part) =>
          isReread ? await persist(() => findDeadLettered(database, part)) : new Map(),
        findInvalidRows: (rows) => persist(() => findInvalidRows(database, rows)),
        countRedrives,
      });
      return { ...tally.total(), refused };
    },
  };
}

/** Whether a batch contains rows that the ledger accounts for. */
function startsBelow({ rows }: Batch, position: bigint | undefined): boolean {
  const [first] = rows.records;
  return first !== undefined && position !== undefined && BigInt(first.offset) < position;
}

type RunStep = (batch: Batch, expected: bigint) => Promise<StatementResult>;

/**
 * Splits a batch at the ledger's position: offsets below are a replay, the others are new. If another process
 * has moved the ledger, nothing was written, and the batch is split again at the new position.
 */
async function writeInStep(
  batch: Batch,
  positions: Map<string, bigint>,
  runLocked: RunStep,
  onStored: (result: StatementResult) => void,
): Promise<void> {
  const expected = positions.get(ledgerKey(batch));
  if (expected === undefined) throw new RangeError(`the ledger of ${ledgerKey(batch)} has not been opened`);
  const [replay, fresh] = batch.nextOffset > expected ? splitBatch(batch, expected) : [batch, undefined];
  for (const part of fresh === undefined ? [replay] : [replay, fresh]) {
    if (part === replay && recordCount(replay) === 0) continue;
    const result = await runLocked(part, expected);
    if (result.foundOffset < expected) throw ledgerBehind(batch, expected, result.foundOffset);
    const moved = result.foundOffset !== expected;
    positions.set(ledgerKey(batch), moved ? result.foundOffset : maxOffset(expected, part.nextOffset));
    if (moved) return await writeInStep(batch, positions, runLocked, onStored);
    onStored(result);
  }
}

/** The database lost confirmed writes. Continuing would count the records in between as skipped. */
function ledgerBehind(batch: Batch, expected: bigint, found: bigint): UserError {
  return new UserError(
    `${ledgerKey(batch)}: written up to offset ${expected}, but the database is now at ${found}`,
    'it was restored, lost transactions in a failover, or the topic was recreated or truncated: ' +
      'restart to re-read the missing records',
  );
}

function maxOffset(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function ledgerKey({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}

async function failureOf(write: () => Promise<void>): Promise<Refusal | 'too_slow' | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (error instanceof TooSlowError) return 'too_slow';
    if (errorKind(error) !== 'refused') throw error;
    return { sqlstate: codeOf(error), message: error instanceof Error ? error.message : 'refused' };
  }
}

async function runStatement(
  database: Database,
  batch: Batch,
  expected: bigint,
  forms: InsertForms,
  tail: LogTail | undefined,
): Promise<StatementResult> {
  const run = (form: InsertForm) => database.run((sql) => writeStatement(sql, batch, expected, form, tail));
  const [result] = await run(forms.next).catch((error) => {
    if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
    return run('tolerant');
  });
  if (result?.foundOffset === null || result === undefined) throw new LedgerMissingError(batch);
  if (result.foundOffset === expected) forms.report(batch.rows.length - storedCount(result));
  return result;
}

const UNIQUE_VIOLATION = '23505';

function storedCount({ storedByType }: StatementResult): number {
  return Object.values(storedByType ?? {}).reduce((sum, count) => sum + count, 0);
}

/** The ledger row of an open partition no longer exists, for example because the table was truncated. */
export class LedgerMissingError extends Error {
  override readonly name = 'LedgerMissingError';

  constructor({ topic, partition }: Batch) {
    super(`ingest_progress has no row for ${topic}/${partition}`);
  }
}

function createTally() {
  const stored = new Map<string, number>();
  let deadLettered = 0;
  return {
    add: (result: StatementResult) => {
      deadLettered += result.deadLettered;
      for (const [type, count] of Object.entries(result.storedByType ?? {})) {
        stored.set(type, (stored.get(type) ?? 0) + count);
      }
    },
    total: () => ({ stored, deadLettered }),
  };
}

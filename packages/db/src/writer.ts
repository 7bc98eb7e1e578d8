import { UserError } from '@pipeline/runtime';
import { type Batch, recordCount, splitBatch } from './batch.ts';
import type { Database } from './connect.ts';
import type { DeadLetter } from './dead-letter.ts';
import { codeOf, errorKind } from './errors.ts';
import { findInvalidRows } from './find-invalid-rows.ts';
import { type InsertForm, InsertForms } from './insert-form.ts';
import { type Refusal, type Store, writeIsolating } from './isolate.ts';
import { type StatementResult, writeStatement } from './write-statement.ts';

/** What a write newly stored. A replay finds everything in place and stores nothing. */
export interface Written {
  /** By event type. */
  readonly stored: ReadonlyMap<string, number>;
  readonly deadLettered: number;
  /** Dead letters made of the rows that Postgres refused. */
  readonly refused: readonly DeadLetter[];
}

/** Runs a statement again and again until the world lets it through; every error that does not pass is thrown. */
export type Persist = <Value>(statement: () => Promise<Value>) => Promise<Value>;

/** A partition of a topic; the id, hexadecimal, tells the topic from a former one of its name, where it is known. */
interface LogPartition {
  readonly topic: string;
  readonly partition: number;
  readonly topicId?: string | undefined;
}

interface OpenedLedger {
  /** Everything below is accounted for in this database. */
  readonly nextOffset: bigint;
  /** It spoke of another topic of this name, which is gone. */
  readonly isRestarted: boolean;
}

export interface Writer {
  /** Opens a partition's ledger, at `startOffset` where it has none yet, or only one of a former topic of this name. */
  open(partition: LogPartition, startOffset: bigint): Promise<OpenedLedger>;
  /**
   * Writes a batch of an opened partition: rows, aggregates, dead letters and ledger, each part in one transaction.
   * Safe to repeat, and safe beside another process that writes the same records.
   * @throws the driver's error when it is a lasting one, a UserError when the ledger is behind what was written
   */
  write(batch: Batch): Promise<Written>;
}

/** A writer over a database; `persist` decides about retries, `countRedrives` tells of a row that Postgres refused. */
export function createWriter(
  database: Database,
  persist: Persist,
  countRedrives: Store['countRedrives'] = () => 0,
): Writer {
  /** The next offset of each opened ledger, as this process last saw it; every statement compares it. */
  const positions = new Map<string, bigint>();
  const forms = new InsertForms();
  const runLocked = (batch: Batch, expected: bigint) =>
    persist(() => runStatement(database, batch, expected, forms));
  return {
    async open(partition, startOffset) {
      const opened = await persist(() => openLedger(database, partition, startOffset));
      positions.set(ledgerKey(partition), opened.nextOffset);
      return opened;
    },
    async write(batch) {
      const tally = createTally();
      const refused = await writeIsolating(batch, {
        tryWrite: (part) => refusalOf(() => writeInStep(part, positions, runLocked, tally.add)),
        findInvalidRows: (rows) => persist(() => findInvalidRows(database, rows)),
        countRedrives,
      });
      return { ...tally.total(), refused };
    },
  };
}

type RunStep = (batch: Batch, expected: bigint) => Promise<StatementResult>;

/**
 * Writes a batch where the ledger stands: what lies below is a replay, what lies beyond is new.
 * When another process has moved the ledger meanwhile, nothing was written, and it starts again from there.
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

/** The database has lost what it had confirmed: going on from here would take the records between for skipped ones. */
function ledgerBehind(batch: Batch, expected: bigint, found: bigint): UserError {
  return new UserError(
    `${ledgerKey(batch)}: written up to offset ${expected}, and the database now stands at ${found}`,
    'it was restored, lost transactions in a failover, or the topic was made anew: start again, and what is missing is read again',
  );
}

function maxOffset(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function ledgerKey({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}

async function refusalOf(write: () => Promise<void>): Promise<Refusal | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (errorKind(error) !== 'refused') throw error;
    return { sqlstate: codeOf(error), message: error instanceof Error ? error.message : 'refused' };
  }
}

async function runStatement(
  database: Database,
  batch: Batch,
  expected: bigint,
  forms: InsertForms,
): Promise<StatementResult> {
  const run = (form: InsertForm) => database.run((sql) => writeStatement(sql, batch, expected, form));
  const [result] = await run(forms.next).catch((error) => {
    if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
    return run('tolerant');
  });
  if (result?.foundOffset === null || result === undefined) throw new LedgerMissingError(batch);
  if (result.foundOffset === expected) forms.met(batch.rows.length - storedCount(result));
  return result;
}

const UNIQUE_VIOLATION = '23505';

function storedCount({ storedByType }: StatementResult): number {
  return Object.values(storedByType ?? {}).reduce((sum, count) => sum + count, 0);
}

/** The ledger's row of a partition that is being written to has gone: somebody emptied the table. */
export class LedgerMissingError extends Error {
  override readonly name = 'LedgerMissingError';

  constructor({ topic, partition }: Batch) {
    super(`ingest_progress has no row for ${topic}/${partition}`);
  }
}

/** A ledger of a former topic begins again; `start_offset` moves along, so that the sum of all that came stays true. */
async function openLedger(
  database: Database,
  { topic, partition, topicId }: LogPartition,
  start: bigint,
): Promise<OpenedLedger> {
  const id = topicId ?? null;
  const [opened] = await database.run(
    (sql) => sql<OpenedLedger[]>`
      with former as (
        select from ingest_progress where topic = ${topic} and partition = ${partition} and topic_id <> ${id}::uuid
      )
      insert into ingest_progress as ledger (topic, partition, start_offset, next_offset, topic_id)
      values (${topic}, ${partition}, ${start}, ${start}, ${id}::uuid)
      on conflict (topic, partition) do update set
        start_offset = ledger.start_offset + case when ledger.topic_id <> excluded.topic_id
                                                  then excluded.next_offset - ledger.next_offset else 0 end,
        next_offset = case when ledger.topic_id <> excluded.topic_id then excluded.next_offset else ledger.next_offset end,
        topic_id = coalesce(excluded.topic_id, ledger.topic_id)
      returning next_offset as "nextOffset", exists (select from former) as "isRestarted"`,
  );
  return opened ?? { nextOffset: start, isRestarted: false };
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

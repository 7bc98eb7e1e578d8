import { DeadlineError, UserError } from '@pipeline/runtime';
import type { Database } from '../client/connect.ts';
import { codeOf, errorKind } from '../client/errors.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { type Batch, type PartitionName, recordCount, splitBatch } from './batch.ts';
import { ConflictingEventError, UnseenDuplicateError } from './conflicts.ts';
import { type InsertForm, InsertForms } from './insert-form.ts';
import { type Failure, isDivisible, type Refusal, type Store, writeIsolating } from './isolate.ts';
import type { LedgerView, LogPartition, OpenedLedger } from './ledger.ts';
import { cutTail, extendTail, type LogTail, tailFromJson } from './log-tail.ts';
import { recordOffsetOf } from './message/copy-errors.ts';
import { endingHalfSent } from './message/half-sent.ts';
import { type StatementOptions, type Statements, statementsOf } from './statements.ts';
import { limitTimeouts, TooSlowError } from './too-slow.ts';
import type { StatementResult } from './write-statement.ts';

/** What a write has stored; empty for a replay. */
export interface Written {
  /** Number of events by type. */
  readonly stored: ReadonlyMap<string, number>;
  readonly deadLettered: number;
  /** Number of duplicates whose content differs from that of the stored event. */
  readonly conflicting: number;
  /** Dead letters made from rows: those that Postgres rejected, and conflicting events. */
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

export interface WriterOptions extends StatementOptions {
  /** Number of times that a record was redriven, for the dead letter of a row. Defaults to 0. */
  readonly countRedrives?: Store['countRedrives'];
  /** Number of events from which on a batch is written by COPY. Defaults to never. */
  readonly copyMinEvents?: number;
}

/** Creates a writer. `persist` decides about retries. */
export function createWriter(
  database: Database,
  persist: Persist,
  { countRedrives = () => 0, copyMinEvents, ...options }: WriterOptions = {},
): Writer {
  const forms = new InsertForms(copyMinEvents);
  const persistUnblocked: Persist = (statement) => endingHalfSent(database, () => persist(statement));
  return new LedgerWriter(statementsOf(database, options), persistUnblocked, countRedrives, forms);
}

/** Writes batches by statements that compare the ledger with what this process last saw of it. */
export class LedgerWriter implements Writer {
  readonly #statements: Statements;
  readonly #persist: Persist;
  readonly #countRedrives: Store['countRedrives'];
  readonly #forms: InsertForms;
  readonly #ledgers = new Map<string, LedgerView>();

  constructor(
    statements: Statements,
    persist: Persist,
    countRedrives: Store['countRedrives'],
    forms = new InsertForms(),
  ) {
    this.#statements = statements;
    this.#persist = persist;
    this.#countRedrives = countRedrives;
    this.#forms = forms;
  }

  async open(partition: LogPartition, startOffset: bigint): Promise<OpenedLedger> {
    const opened = await this.#persist(() => this.#statements.open(partition, startOffset));
    this.#ledgers.set(ledgerKey(partition), opened);
    return opened;
  }

  async rewind(partition: LogPartition, from: bigint, to: bigint): Promise<boolean> {
    const ledger = this.#ledgerOf(partition);
    const { tail: former, resets } = ledger;
    const tail = former && cutTail(former, to);
    const rewind = { from, to, tail, resets };
    const isRewound = await this.#persist(() => this.#statements.rewind(partition, rewind));
    if (isRewound)
      this.#ledgers.set(ledgerKey(partition), { ...ledger, nextOffset: to, tail, resets: resets + 1 });
    return isRewound;
  }

  async write(batch: Batch): Promise<Written> {
    const tally = createTally();
    const isReread = startsBelow(batch, this.#ledgerOf(batch).nextOffset);
    const refused = await writeIsolating(batch, {
      tryWrite: (part) => failureOf(() => this.#writeInStep(part, tally.add)),
      findDeadLettered: async (part) =>
        isReread ? await this.#persist(() => this.#statements.findDeadLettered(part)) : new Map(),
      findInvalidRows: (rows) => this.#persist(() => this.#statements.findInvalidRows(rows)),
      findConflicts: (rows) => this.#persist(() => this.#statements.findConflicts(rows)).catch(refusalOf),
      countRedrives: this.#countRedrives,
    });
    return { ...tally.total(), refused };
  }

  #ledgerOf(partition: PartitionName): LedgerView {
    const ledger = this.#ledgers.get(ledgerKey(partition));
    if (ledger === undefined)
      throw new RangeError(`the ledger of ${ledgerKey(partition)} has not been opened`);
    return ledger;
  }

  /**
   * Splits a batch at the ledger's position: offsets below are a replay, the others are new. If another process
   * has moved the ledger, nothing was written, and the batch is split again at the new position.
   */
  async #writeInStep(batch: Batch, onStored: (result: StatementResult) => void): Promise<void> {
    const { nextOffset } = this.#ledgerOf(batch);
    const [replay, fresh] =
      batch.nextOffset > nextOffset ? splitBatch(batch, nextOffset) : [batch, undefined];
    for (const part of fresh === undefined ? [replay] : [replay, fresh]) {
      if (part === replay && recordCount(replay) === 0) continue;
      const result = await this.#writePart(part);
      if (result === undefined) return await this.#writeInStep(batch, onStored);
      onStored(result);
    }
  }

  /** Writes a part, unless another process has moved the ledger: then it notes the position. */
  async #writePart(part: Batch): Promise<StatementResult | undefined> {
    const ledger = this.#ledgerOf(part);
    const isReplay = part.nextOffset <= ledger.nextOffset;
    const tail = isReplay ? undefined : extendTail(ledger.tail, part, ledger.nextOffset);
    const attempts = { needStatement: false };
    const run = () => this.#writeInForm(part, ledger, tail, attempts);
    const result = await this.#persist(isDivisible(part) ? limitTimeouts(run) : run);
    const { foundOffset, foundResets, foundTail } = result;
    if (foundResets !== ledger.resets) throw ledgerReset(part);
    if (foundOffset < ledger.nextOffset) throw ledgerBehind(part, ledger.nextOffset, foundOffset);
    const isMoved = foundOffset !== ledger.nextOffset;
    if (isMoved) this.#note(part, { ...ledger, nextOffset: foundOffset, tail: tailFromJson(foundTail) });
    else if (!isReplay) this.#note(part, { ...ledger, nextOffset: part.nextOffset, tail });
    return isMoved ? undefined : result;
  }

  #note(batch: Batch, ledger: LedgerView): void {
    this.#ledgers.set(ledgerKey(batch), ledger);
  }

  /**
   * A batch that fails on a duplicate is written in the next form, which knows more of the stored events. Only a unique
   * violation can be avoided by finding duplicates first; after a deadlock, or if dead letters are stored, a statement
   * follows. If another session stores the duplicate's event during that, a repetition sees it.
   * @param attempts what earlier attempts at this batch have shown
   */
  async #writeInForm(
    batch: Batch,
    ledger: LedgerView,
    tail: LogTail | undefined,
    attempts: { needStatement: boolean },
  ): Promise<StatementResult> {
    const onUndivided = () => {
      attempts.needStatement = true;
      this.#forms.reportUndivided();
    };
    const write = async (form: InsertForm, ...next: readonly InsertForm[]): Promise<StatementResult> => {
      try {
        return await this.#statements.write(batch, ledger, form, tail, onUndivided);
      } catch (error) {
        // Postgres's timeout limits each statement of a message, but not all of them together.
        if (isCopy(form) && error instanceof DeadlineError) attempts.needStatement = true;
        const [second, ...others] = isViolation(error) ? next : next.filter((one) => !isCopy(one));
        if (second === undefined || !isDuplicate(error, form)) throw error;
        return await write(second, ...others);
      }
    };
    const form = attempts.needStatement ? 'tolerant' : this.#forms.next(batch);
    const result = await write(...formsFrom(form));
    if (result.foundOffset === ledger.nextOffset) this.#forms.report(batch.rows.length - storedCount(result));
    return result;
  }
}

/** Whether a batch contains rows that the ledger accounts for. */
function startsBelow({ rows }: Batch, position: bigint | undefined): boolean {
  const [first] = rows.records;
  return first !== undefined && position !== undefined && BigInt(first.offset) < position;
}

/** The database lost confirmed writes. Continuing would count the records in between as skipped. */
export function ledgerBehind(batch: Batch, expected: bigint, found: bigint): UserError {
  return new UserError(
    `${ledgerKey(batch)}: written up to offset ${expected}, but the database is now at ${found}`,
    'it was restored, lost transactions in a failover, or the topic was recreated or truncated: ' +
      'restart to re-read the missing records',
  );
}

/** The batch belongs to a log that no longer exists, and must not be written over that of the new one. */
export function ledgerReset(batch: Batch): UserError {
  return new UserError(
    `${ledgerKey(batch)}: another consumer has reset the ledger, because the topic was recreated, its log truncated or its id rule changed`,
    'restart to read the present log',
  );
}

function ledgerKey({ topic, partition }: PartitionName): string {
  return `${topic}/${partition}`;
}

/** Why Postgres rejects what is written; undefined if it does not. @throws every other error */
export async function failureOf(write: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (error instanceof TooSlowError) return 'too_slow';
    if (error instanceof ConflictingEventError) return 'conflict';
    return refusalOf(error);
  }
}

/** @throws an error that does not reject the data of a batch */
function refusalOf(error: unknown): Refusal {
  if (errorKind(error) !== 'refused') throw error;
  const message = error instanceof Error ? error.message : 'refused';
  return { sqlstate: codeOf(error), message, recordOffset: recordOffsetOf(error) };
}

const [UNIQUE_VIOLATION, DEADLOCK_DETECTED] = ['23505', '40P01'];

/** A form, and those that follow when it fails on a duplicate. */
function formsFrom(form: InsertForm): readonly [InsertForm, ...InsertForm[]] {
  const tolerant = ['tolerant', 'tolerant'] as const;
  if (form === 'copy') return ['copy', 'copy-new', ...tolerant];
  return form === 'tolerant' ? [...tolerant, 'tolerant'] : [form, ...tolerant];
}

function isViolation(error: unknown): boolean {
  return codeOf(error) === UNIQUE_VIOLATION;
}

/** A COPY inserts in the order of the batch, so that two with the same events may deadlock. */
function isDuplicate(error: unknown, form: InsertForm): boolean {
  if (error instanceof UnseenDuplicateError || isViolation(error)) return true;
  return isCopy(form) && codeOf(error) === DEADLOCK_DETECTED;
}

function isCopy(form: InsertForm): boolean {
  return form === 'copy' || form === 'copy-new';
}

function storedCount({ storedByType }: StatementResult): number {
  return Object.values(storedByType ?? {}).reduce((sum, count) => sum + count, 0);
}

/** Sums the results of statements. */
export function createTally() {
  const stored = new Map<string, number>();
  let [deadLettered, conflicting] = [0, 0];
  return {
    add: (result: StatementResult) => {
      deadLettered += result.deadLettered;
      conflicting += result.conflicting;
      for (const [type, count] of Object.entries(result.storedByType ?? {})) {
        stored.set(type, (stored.get(type) ?? 0) + count);
      }
    },
    total: () => ({ stored, deadLettered, conflicting }),
  };
}

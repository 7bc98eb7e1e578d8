import type { EventRow } from '@pipeline/db';
import {
  type Batch,
  BUILT_IN_IDENTITY,
  type ConflictHandling,
  ConflictingEventError,
  type InsertForm,
  type LedgerView,
  type LogPartition,
  type LogTail,
  type OpenedLedger,
  type Refusal,
  type Rewind,
  recordCount,
  type StatementResult,
  tailFromJson,
  tailToJson,
  UnseenDuplicateError,
} from '@pipeline/db/write';
import type { Clock } from './clock.ts';
import { postgresError } from './network.ts';
import { contentOf, differencesOf, failureOf, isDuplicateOf, refusalOf, UNSUPPORTED_ESCAPE } from './rows.ts';
import { identityOf, type LedgerRow, type StoredDeadLetter, Tables } from './tables.ts';

/** After this long without a write, a ledger may go back to the topic before. */
const FORMER_TOPIC_MS = 60_000;

/** Postgres with the pipeline's tables: what its statements do, each at one moment. */
export class Database {
  tables = new Tables();
  /** Called after every statement that changes the tables. */
  onChange: (partition: number) => void = () => {};
  /** Before this time in milliseconds, a right is missing to insert events. */
  refusesUntil = 0;
  readonly conflicts: ConflictHandling;
  readonly #clock: Clock;
  #backup: Tables | undefined;

  constructor(clock: Clock, conflicts: ConflictHandling) {
    this.#clock = clock;
    this.conflicts = conflicts;
  }

  /** Whether the right to insert events is missing. */
  get isRefusing(): boolean {
    return this.#clock.now < this.refusesUntil;
  }

  get isBackedUp(): boolean {
    return this.#backup !== undefined;
  }

  /** Keeps a copy of the tables. */
  backUp(): void {
    this.#backup = this.tables.copy();
  }

  /** Goes back to the last copy. */
  restore(): void {
    this.tables = this.#backup?.copy() ?? this.tables;
  }

  /** What a version without definitions does that opens ledgers. */
  openAsBefore(partitions: number, topicId: string): void {
    for (let partition = 0; partition < partitions; partition++)
      this.tables.ledgers.set(partition, { ...this.#restart(undefined, topicId, 0), identity: null });
  }

  /** What `openLedger` does; undefined if the topic is the one before. */
  open({ partition, topicId = '' }: LogPartition, startOffset: bigint): OpenedLedger | undefined {
    const row = this.tables.ledgers.get(partition);
    const isRestarted = row !== undefined && row.topicId !== topicId;
    const isFresh = row !== undefined && row.updatedAt >= this.#clock.now - FORMER_TOPIC_MS;
    if (row?.formerTopicId === topicId && isFresh) return undefined;
    const start = Number(startOffset);
    const located = row === undefined || isRestarted ? this.#restart(row, topicId, start) : row;
    const opened = { ...located, identity: located.identity ?? BUILT_IN_IDENTITY };
    this.#put(partition, opened);
    const tail = tailOf(opened);
    return { ...viewOf(opened), isRestarted, ...(tail?.nextOffset === BigInt(opened.next) ? { tail } : {}) };
  }

  #restart(row: LedgerRow | undefined, topicId: string, start: number): LedgerRow {
    const { now } = this.#clock;
    if (row === undefined)
      return { ...emptyLedger, topicId, formerTopicId: undefined, start, next: start, updatedAt: now };
    const moved = { start: row.start + start - row.next, next: start, resets: row.resets + 1 };
    return { ...row, ...moved, topicId, formerTopicId: row.topicId, tail: null, updatedAt: now };
  }

  /** What `rewindLedger` does. */
  rewind({ partition }: LogPartition, { from, to, resets, tail }: Rewind): boolean {
    const row = this.tables.ledgers.get(partition);
    const isAt = (next: bigint, count: number) => row?.next === Number(next) && row.resets === count;
    if (row === undefined || !(isAt(from, resets) || isAt(to, resets + 1))) return false;
    const next = Number(to);
    const moved = { start: row.start + next - row.next, next, resets: resets + 1 };
    const kept = { tail: tail ? tailToJson(tail) : null, updatedAt: this.#clock.now };
    this.#put(partition, { ...row, ...moved, ...kept });
    return true;
  }

  /**
   * What `Statements.write` does; undefined if there is no ledger.
   * @throws a unique violation in a form that fails on duplicates, a refusal of a row, a missing right, a
   * ConflictingEventError, or an UnseenDuplicateError if a message has dead letters where some are stored
   */
  write(batch: Batch, view: LedgerView, form: InsertForm, tail?: LogTail): StatementResult | undefined {
    const isMessage = this.#isMessage(batch, form);
    if (!isMessage) this.#requireRight();
    const row = this.tables.ledgers.get(batch.partition);
    if (row === undefined) return undefined;
    const found = { foundOffset: BigInt(row.next), foundResets: row.resets };
    if (BigInt(row.next) !== view.nextOffset || row.resets !== view.resets)
      return { ...found, foundTail: jsonOf(row.tail), storedByType: null, deadLettered: 0, conflicting: 0 };
    if (isMessage && this.#hasDeadLetters(batch)) throw new UnseenDuplicateError('a dead letter is stored');
    if (isMessage) this.#requireRight();
    const rows = [...batch.rows];
    const fresh = this.#freshOf(rows);
    const failure = failureOf(rows, isDuplicateOf(fresh, form), isMessage);
    if (failure !== undefined) throw postgresError(failure);
    const isReplay = batch.nextOffset <= view.nextOffset;
    const conflicting = this.conflicts === 'count' && isReplay ? 0 : this.#conflictsOf(batch.rows).size;
    if (this.conflicts === 'dead-letter' && conflicting > 0) throw new ConflictingEventError('conflict');
    const letters = this.#freshLetters(batch, row.topicId);
    const storedByType = this.#insert(fresh);
    this.tables.deadLetters.push(...letters);
    const counts = { stored: fresh.length, deadLettered: letters.length, conflicting };
    const advanced = advance(row, batch, counts);
    const kept = { tail: tail ? tailToJson(tail) : row.tail, updatedAt: this.#clock.now };
    this.#put(batch.partition, { ...advanced, ...kept });
    return { ...found, foundTail: null, storedByType, deadLettered: letters.length, conflicting };
  }

  /** Whether a batch is written by COPY. With `copy-new` a statement writes conflicting duplicates. */
  #isMessage({ rows }: Batch, form: InsertForm): boolean {
    return form === 'copy-new' ? this.#conflictsOf(rows).size === 0 : form === 'copy';
  }

  /** A message compares the ledger before it needs the right, and a statement needs it whatever the ledger is. */
  #requireRight(): void {
    if (this.isRefusing) throw postgresError(INSUFFICIENT_PRIVILEGE);
  }

  /** Whether dead letters are stored at the offsets of those of a batch, also of another topic id. */
  #hasDeadLetters({ partition, deadLetters }: Batch): boolean {
    const offsets = deadLetters.map(({ record }) => Number(record.offset));
    const [first, last] = [Math.min(...offsets), Math.max(...offsets)];
    return this.tables.deadLetters.some(({ partition: other, letter }) => {
      const offset = Number(letter.record.offset);
      return other === partition && offset >= first && offset <= last;
    });
  }

  /** The first of several rows with one id. */
  #freshOf(rows: readonly EventRow[]): readonly EventRow[] {
    const byId = new Map(rows.toReversed().map((row) => [row.eventId, row]));
    return [...byId.values()].filter(({ eventId }) => !this.tables.events.has(eventId));
  }

  /**
   * What `findConflicts` does: compares rows with the stored event of their id, or the first row with it.
   * @throws a refusal of a payload, whether its row is a duplicate or not
   */
  findConflicts(rows: Iterable<EventRow>): ReadonlyMap<number, string> {
    if (this.findInvalidRows(rows).size > 0) throw postgresError(UNSUPPORTED_ESCAPE);
    return this.#conflictsOf(rows);
  }

  #conflictsOf(rows: Iterable<EventRow>): ReadonlyMap<number, string> {
    const contents = new Map<string, string>();
    const found = new Map<number, string>();
    for (const [index, row] of [...rows].entries()) {
      const content = contentOf(row);
      const known = this.tables.events.get(row.eventId)?.content ?? contents.get(row.eventId);
      contents.set(row.eventId, known ?? content);
      if (known !== undefined && known !== content) found.set(index, differencesOf(content, known));
    }
    return found;
  }

  #insert(rows: readonly EventRow[]): Readonly<Record<string, number>> {
    const stored: Record<string, number> = {};
    for (const row of rows) {
      const { eventId, eventType, eventTime } = row;
      const key = `${eventTime.slice(0, 16)} ${eventType}`;
      this.tables.events.set(eventId, { key, content: contentOf(row) });
      this.tables.count(key, 1);
      stored[eventType] = (stored[eventType] ?? 0) + 1;
    }
    return stored;
  }

  #freshLetters({ partition, deadLetters }: Batch, topicId: string): readonly StoredDeadLetter[] {
    const stored = new Set(
      this.tables.deadLetters.filter((one) => one.topicId === topicId).map(({ identity }) => identity),
    );
    return deadLetters
      .map((letter) => ({ partition, topicId, letter, identity: identityOf(partition, letter) }))
      .filter(({ identity }) => !stored.has(identity));
  }

  /** What `findDeadLettered` does. */
  findDeadLettered({ partition, rows: { records } }: Batch): ReadonlyMap<number, Refusal> {
    const topicId = this.tables.ledgers.get(partition)?.topicId;
    const refused = this.tables.deadLetters.filter(
      (one) => one.topicId === topicId && one.letter.reason === 'refused_by_database',
    );
    const byIdentity = new Map(refused.map(({ identity, letter }) => [identity, letter]));
    const found = new Map<number, Refusal>();
    for (const [index, record] of records.entries()) {
      const letter = byIdentity.get(identityOf(partition, { record }));
      if (letter !== undefined) found.set(index, { sqlstate: letter.sqlstate ?? '', message: letter.detail });
    }
    return found;
  }

  /** What `findInvalidRows` does: it does not see constraints. */
  findInvalidRows(rows: Iterable<EventRow>): ReadonlyMap<number, Refusal> {
    const refusals = [...rows].map((row, index) => [index, refusalOf(row)] as const);
    return new Map(
      refusals.flatMap(([index, refusal]) =>
        refusal?.sqlstate === UNSUPPORTED_ESCAPE ? [[index, refusal]] : [],
      ),
    );
  }

  /** What a purge does with one event. */
  purge(eventId: string): void {
    const event = this.tables.events.get(eventId);
    if (event === undefined) return;
    this.tables.events.delete(eventId);
    this.tables.count(event.key, -1);
    this.tables.purged.push(eventId);
  }

  #put(partition: number, row: LedgerRow): void {
    this.tables.ledgers.set(partition, row);
    this.onChange(partition);
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

const emptyLedger = {
  resets: 0,
  stored: 0,
  duplicates: 0,
  conflicting: 0,
  deadLettered: 0,
  skipped: 0,
  tail: null,
  identity: null,
};

function advance(
  row: LedgerRow,
  batch: Batch,
  { stored, deadLettered, conflicting }: Pick<LedgerRow, 'stored' | 'deadLettered' | 'conflicting'>,
): LedgerRow {
  const nextOffset = Number(batch.nextOffset);
  const isReplay = nextOffset <= row.next;
  const count = recordCount(batch);
  return {
    ...row,
    next: Math.max(row.next, nextOffset),
    start: row.start - (isReplay ? stored + deadLettered : 0),
    stored: row.stored + stored,
    deadLettered: row.deadLettered + deadLettered,
    duplicates: row.duplicates + (isReplay ? 0 : count - stored - deadLettered),
    conflicting: row.conflicting + conflicting,
    skipped: row.skipped + (isReplay ? 0 : nextOffset - row.next - count),
  };
}

function viewOf({ next, resets, topicId }: LedgerRow): LedgerView {
  return { nextOffset: BigInt(next), resets, topicId };
}

function tailOf({ tail }: LedgerRow): LogTail | undefined {
  return tailFromJson(jsonOf(tail));
}

function jsonOf(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

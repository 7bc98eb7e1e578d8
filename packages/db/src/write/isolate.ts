import type { DeadLetter, SourceRecord } from '../dead-letters/dead-letter.ts';
import { type Batch, recordCount, splitBatch } from './batch.ts';
import type { EventRow, EventRows } from './event-rows.ts';

/** Why Postgres rejects the data of a batch. */
export interface Refusal {
  readonly sqlstate: string;
  readonly message: string;
  /** Offset of the record whose row is the reason; undefined if it is unknown. */
  readonly recordOffset?: string | undefined;
}

/**
 * Why a batch was not written: why Postgres rejected it, `conflict` if it has conflicting events that must
 * become dead letters, or `too_slow` if the statement timeout is too short for it.
 */
export type Failure = Refusal | 'conflict' | 'too_slow';

/** The operations that isolating needs. */
export interface Store {
  /** Writes the whole batch and returns undefined, or writes nothing and returns why. */
  readonly tryWrite: (batch: Batch) => Promise<Failure | undefined>;
  /** Rows that are dead letters already, from an earlier attempt, by index. */
  readonly findDeadLettered: (batch: Batch) => Promise<ReadonlyMap<number, Refusal>>;
  /** Rows that Postgres will reject, by index. May miss some. */
  readonly findInvalidRows: (rows: EventRows) => Promise<ReadonlyMap<number, Refusal>>;
  /**
   * The columns in which rows differ from the stored event with their id, or an earlier row, by index; or why
   * Postgres cannot compare them.
   */
  readonly findConflicts: (rows: EventRows) => Promise<ReadonlyMap<number, string> | Refusal>;
  /** Number of times that a record was redriven. */
  readonly countRedrives: (record: SourceRecord) => number;
}

/**
 * Writes a batch in which some rows may be invalid. Rows that `findInvalidRows` reports become dead letters
 * of the same batch, at the cost of two more statements. A row that it misses is isolated by splitting the
 * batch before and after it if the error names it, at 4 more writes, or by bisecting the batch, at about
 * 2·log2(n) + 3 writes and log2(n) queries. The parts are written in offset order, each in
 * its own transaction. If that is interrupted and the batch is re-read, it continues with the first row that
 * is neither stored nor a dead letter. A batch that is too slow to write is bisected as well. Conflicting
 * events become dead letters of the same batch, at the cost of two more statements.
 * @returns the dead letters made from invalid and conflicting rows, in offset order
 * @throws Error if a batch without rows is rejected: dead letters must always be storable
 */
export async function writeIsolating(batch: Batch, store: Store): Promise<readonly DeadLetter[]> {
  const failure = await store.tryWrite(batch);
  if (failure === undefined) return [];
  const known = typeof failure === 'string' ? new Map() : await store.findDeadLettered(batch);
  return known.size > 0
    ? await writeWithout(batch, toVerdicts(known), store)
    : await isolate(batch, failure, store);
}

async function writePart(batch: Batch, store: Store): Promise<readonly DeadLetter[]> {
  const failure = await store.tryWrite(batch);
  return failure === undefined ? [] : await isolate(batch, failure, store);
}

async function isolate(batch: Batch, failure: Failure, store: Store): Promise<readonly DeadLetter[]> {
  if (failure === 'too_slow') return await writeParts(halve(batch), store);
  if (failure === 'conflict') return await writeWithoutConflicts(batch, store);
  if (batch.rows.length === 0)
    throw new Error(`Postgres rejected a dead letter: ${failure.message} (${failure.sqlstate})`);
  if (batch.rows.length === 1) return await refuseLastRow(batch, store);
  const found = await store.findInvalidRows(batch.rows);
  return found.size > 0
    ? await writeWithout(batch, toVerdicts(found), store)
    : await writeParts(partsAround(batch, failure.recordOffset), store);
}

async function writeParts(parts: readonly Batch[], store: Store): Promise<readonly DeadLetter[]> {
  const refused: DeadLetter[] = [];
  for (const part of parts) refused.push(...(await writePart(part, store)));
  return refused;
}

/** Tries the only row once more, because the error may have had another cause, which is gone by now. */
async function refuseLastRow(batch: Batch, store: Store): Promise<readonly DeadLetter[]> {
  const failure = await store.tryWrite(batch);
  if (failure === undefined) return [];
  if (typeof failure === 'string') return await isolate(batch, failure, store);
  return await writeWithout(batch, toVerdicts(new Map([[0, failure]])), store);
}

/** Why a row becomes a dead letter. */
type Verdict = Pick<DeadLetter, 'reason' | 'detail' | 'sqlstate'>;
type Verdicts = ReadonlyMap<number, Verdict>;

function toVerdicts(refusals: ReadonlyMap<number, Refusal>): Verdicts {
  const verdictOf = ({ sqlstate, message }: Refusal): Verdict => ({
    reason: 'refused_by_database',
    detail: withoutValue(message),
    sqlstate,
  });
  return new Map([...refusals].map(([index, refusal]) => [index, verdictOf(refusal)]));
}

function toConflictVerdicts(found: ReadonlyMap<number, string>): Verdicts {
  const verdictOf = (differences: string): Verdict => ({
    reason: 'conflicting_event',
    detail: `differs from the event that is stored with this event_id, in ${differences}`,
    sqlstate: null,
  });
  return new Map([...found].map(([index, differences]) => [index, verdictOf(differences)]));
}

/**
 * Writes a batch with its conflicting rows as dead letters; as it is if the conflicts are gone by now. If another
 * consumer stores one of its events in between, all rows are compared again: one that differed from an earlier row may
 * equal that event. The conflict may be in the part that is a replay, and a row that cannot be compared, because
 * Postgres refuses it, in the other part.
 */
async function writeWithoutConflicts(batch: Batch, store: Store): Promise<readonly DeadLetter[]> {
  const found = await store.findConflicts(batch.rows);
  if ('sqlstate' in found) return await isolate(batch, found, store);
  const [rest, refused] = refuseRows(batch, toConflictVerdicts(found), store);
  const failure = await store.tryWrite(rest);
  if (failure === 'conflict') return await writeWithoutConflicts(batch, store);
  const others = failure === undefined ? [] : await isolate(rest, failure, store);
  return [...refused, ...others].sort(byOffset);
}

/** Writes a batch, with the given rows as dead letters. */
async function writeWithout(batch: Batch, found: Verdicts, store: Store): Promise<readonly DeadLetter[]> {
  const [rest, refused] = refuseRows(batch, found, store);
  const others = await writePart(rest, store);
  return [...refused, ...others].sort(byOffset);
}

/** The batch with the given rows as dead letters, and these. */
function refuseRows(
  batch: Batch,
  found: Verdicts,
  store: Store,
): readonly [rest: Batch, refused: readonly DeadLetter[]] {
  const rows = batch.rows.pick([...batch.rows.records.keys()].filter((index) => !found.has(index)));
  const refused = [...found].flatMap(([index, verdict]) => {
    const row = batch.rows.at(index);
    return row === undefined ? [] : [toDeadLetter(row, verdict, store.countRedrives(row.record))];
  });
  return [{ ...batch, rows, deadLetters: [...batch.deadLetters, ...refused].sort(byOffset) }, refused];
}

function toDeadLetter({ record, eventType }: EventRow, verdict: Verdict, redriveCount: number): DeadLetter {
  return { record, eventType, ...verdict, redriveCount };
}

/** Removes the invalid value, which Postgres quotes at the end of its message: it is event data. */
export function withoutValue(message: string): string {
  return message.replace(/: ".*$/s, '');
}

function byOffset(a: DeadLetter, b: DeadLetter): number {
  return BigInt(a.record.offset) < BigInt(b.record.offset) ? -1 : 1;
}

/** Whether a batch has two rows or dead letters, and can therefore be halved. */
export function isDivisible({ rows, deadLetters }: Batch): boolean {
  return rows.length > 1 || deadLetters.length > 1;
}

/** Splits a batch before and after the row of an offset, or in the middle if there is none. */
function partsAround(batch: Batch, refused: string | undefined): readonly Batch[] {
  const { records } = batch.rows;
  const index = records.findIndex(({ offset }) => offset === refused);
  const [at, next] = [records[index], records[index + 1]];
  if (at === undefined) return halve(batch);
  const [before, rest] = splitBatch(batch, BigInt(at.offset));
  const parts = next === undefined ? [rest] : splitBatch(rest, BigInt(next.offset));
  return recordCount(before) === 0 ? parts : [before, ...parts];
}

/** Splits a batch into two parts with the same number of rows (or dead letters), or one more in the first. */
function halve(batch: Batch): readonly [Batch, Batch] {
  const { rows, deadLetters } = batch;
  const records = rows.length > 1 ? rows.records : deadLetters.map(({ record }) => record);
  const middle = records[Math.ceil(records.length / 2)];
  if (middle === undefined) throw new RangeError('a batch of fewer than two records has no halves');
  return splitBatch(batch, BigInt(middle.offset));
}

import { codeOf, LedgerMissingError } from '@pipeline/db';
import {
  type Batch,
  EventRows,
  type InsertForm,
  InsertForms,
  type LedgerView,
  LedgerWriter,
  type LogTail,
  type StatementResult,
  type Statements,
  tailFromJson,
  tailToJson,
  UnseenDuplicateError,
} from '@pipeline/db/write';
import { HOLE, records } from './records.ts';
import type { Request } from './statements.ts';
import type { Response, Work } from './world.ts';

/** What the real writer does next: another statement, its end, or an error that ends the process. */
export type Next =
  | Call
  | { readonly isTolerant: boolean; readonly expected: number; readonly tail: string | null }
  | 'failed';

/** A statement, in the model's terms and as a call of the real one. */
interface Call {
  readonly request: Request;
  /**
   * Sends the same statement.
   * @param topicId of the ledger, a UUID
   * @returns the response in the model's terms
   */
  readonly send: (statements: Statements, topicId: string) => Promise<Response>;
}

const noRows = { rows: new EventRows(), deadLetters: [] };
const refusal = { sqlstate: '23514', message: 'violates a check' };
const PENDING = new Error('no response yet');

/**
 * Runs the real writer on the responses so far; it is deterministic, so it ends at the next statement.
 * @param copyMinEvents number of events from which on a batch is written by COPY
 */
export async function nextOf(partition: number, work: Work, copyMinEvents: number): Promise<Next> {
  const calls: Call[] = [];
  const forms = new InsertForms(copyMinEvents);
  if (work.tolerant) forms.report(1);
  const seen: { ledger?: LedgerView } = {};
  const statements = replay(partition, work, calls, seen);
  const writer = new LedgerWriter(
    statements,
    (statement) => statement(),
    () => 0,
    forms,
  );
  await writer.open({ topic: 'events', partition }, 0n);
  try {
    await writer.write(batchOf(partition, work));
  } catch (error) {
    return error === PENDING ? last(calls) : 'failed';
  }
  return { isTolerant: forms.next(noRows) === 'tolerant', ...(await ledgerOf(writer, partition, seen)) };
}

/** Statements that return the responses so far, and note what is requested. */
function replay(partition: number, work: Work, calls: Call[], seen: { ledger?: LedgerView }): Statements {
  const responses = [...work.responses];
  const respond = (call: Call): Response => {
    calls.push(call);
    const response = responses.shift();
    if (response === undefined) throw PENDING;
    return response;
  };
  return {
    open: async () => ({
      nextOffset: BigInt(work.expected),
      resets: work.resets,
      isRestarted: false,
      tail: parseTail(work.tail, work.expected),
    }),
    rewind: async () => false,
    write: async (batch, expected, form, tail) => {
      seen.ledger = expected;
      const request = requestOf(work, batch, expected, form, tail);
      const send = ({ write }: Statements, topicId: string) =>
        responseOf(() => write(batch, { ...expected, topicId }, form, tail));
      return resultOf(respond({ request, send }));
    },
    findDeadLettered: async (batch) => {
      const rows = batch.rows.records.map(({ offset }) => recordAt(work, Number(offset)));
      const send = async (real: Statements) => {
        const found = await real.findDeadLettered(batch);
        return { known: rows.filter((_, index) => found.has(index)) };
      };
      const response = respond({ request: { partition, findDeadLettered: rows }, send });
      const known = typeof response === 'object' && 'known' in response ? response.known : [];
      return new Map(known.map((row) => [rows.indexOf(row), refusal]));
    },
    findInvalidRows: async () => new Map(),
    findConflicts: async () => new Map(),
  };
}

function requestOf(
  work: Work,
  batch: Batch,
  expected: LedgerView,
  form: InsertForm,
  tail: LogTail | undefined,
): Request {
  return {
    partition: batch.partition,
    expected: Number(expected.nextOffset),
    resets: expected.resets,
    nextOffset: Number(batch.nextOffset),
    form,
    rows: batch.rows.records.map(({ offset }) => recordAt(work, Number(offset))),
    deadLetters: batch.deadLetters.map(({ record }) => recordAt(work, Number(record.offset))),
    tail: tail ? tailToJson(tail) : null,
  };
}

/** What the writer knows of the ledger shows in the statement of an empty batch. */
async function ledgerOf(writer: LedgerWriter, partition: number, seen: { readonly ledger?: LedgerView }) {
  const empty = { topic: 'events', partition, nextOffset: 1_000n, rows: new EventRows(), deadLetters: [] };
  await writer.write(empty).catch(() => {});
  const { nextOffset = 0n, tail } = seen.ledger ?? {};
  return { expected: Number(nextOffset), tail: tail ? tailToJson(tail) : null };
}

/** A tail is valid if it ends at the ledger's next offset. */
function parseTail(tail: string | null, nextOffset: number): LogTail | undefined {
  const parsed = tail === null ? undefined : tailFromJson(JSON.parse(tail));
  return parsed?.nextOffset === BigInt(nextOffset) ? parsed : undefined;
}

/** A record of the model at an offset. */
export function recordOf(number: number, offset: number, leaderEpoch: number) {
  return {
    offset: String(offset),
    timestamp: '0',
    key: null,
    value: Buffer.from(String(number)),
    leaderEpoch,
  };
}

function last(calls: readonly Call[]): Call {
  const call = calls.at(-1);
  if (call === undefined) throw new Error('the writer has sent no statement');
  return call;
}

function recordAt(work: Work, offset: number): number {
  return work.records[offset - work.from] ?? HOLE;
}

/** @throws what the statement would: an error with its SQLSTATE, or the end of the process */
function resultOf(response: Response) {
  if (response === 'dup') throw Object.assign(new Error('duplicate key'), { code: '23505' });
  if (response === 'no') throw Object.assign(new Error('violates a check'), { code: '23514' });
  if (response === 'unseen') throw new UnseenDuplicateError('a dead letter is stored');
  if (response === 'missing') throw new Error('no ledger');
  if ('known' in response) throw new TypeError('not the response to a write');
  const { found, resets, tail, stored, dead, conflicting } = response;
  return {
    foundOffset: BigInt(found),
    foundResets: resets,
    foundTail: tail === null ? null : JSON.parse(tail),
    storedByType: { any: stored },
    deadLettered: dead,
    conflicting,
  };
}

/** The inverse of `resultOf`, for the result of a real statement. @throws every other error */
async function responseOf(write: () => Promise<StatementResult>): Promise<Response> {
  try {
    const { foundOffset, foundResets, foundTail, storedByType, deadLettered, conflicting } = await write();
    const stored = Object.values(storedByType ?? {}).reduce((sum, count) => sum + count, 0);
    const tail = foundTail === null ? null : JSON.stringify(foundTail);
    const found = { found: Number(foundOffset), resets: foundResets, tail };
    return { ...found, stored, dead: deadLettered, conflicting };
  } catch (error) {
    if (error instanceof LedgerMissingError) return 'missing';
    if (error instanceof UnseenDuplicateError) return 'unseen';
    if (codeOf(error) === '23505') return 'dup';
    if (codeOf(error) === '23514') return 'no';
    throw error;
  }
}

/** The id of an event, in the order of their numbers. */
function eventIdOf(event: number): string {
  return `00000000-0000-4000-8000-${event.toString(16).padStart(12, '0')}`;
}

/** The time of an event: the events are a minute apart, so that a purge can remove one of them. */
export function eventTimeOf(event: number): Date {
  return new Date(Date.UTC(2026, 0, 1, 0, event));
}

/** The payload of an event that differs from the one before with its id. */
export const CHANGED = '{"changed":true}';

/** Stored by no database of the model: a constraint refuses rows of this user. */
export const REFUSED_USER = 'refused';

function batchOf(partition: number, { from, records: slice, epochs }: Work) {
  const rows = new EventRows();
  const deadLetters = [];
  for (const [index, number] of slice.entries()) {
    const found = records[number];
    if (found === undefined) continue;
    const record = recordOf(number, from + index, epochs[index] ?? 0);
    if (found.kind === 'invalid')
      deadLetters.push({
        record,
        reason: 'not_json' as const,
        eventType: null,
        detail: '',
        sqlstate: null,
        redriveCount: 0,
      });
    else
      rows.push({
        eventId: eventIdOf(found.event),
        eventType: 'any',
        eventTime: eventTimeOf(found.event).toISOString(),
        userId: found.kind === 'refused' ? REFUSED_USER : 'u',
        payloadJson: found.isChanged ? CHANGED : '{}',
        record,
      });
  }
  return {
    topic: 'events',
    partition,
    nextOffset: BigInt(from + slice.length),
    lastEpoch: epochs.at(-1),
    rows,
    deadLetters,
  };
}

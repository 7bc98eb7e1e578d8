import { cutTail, type InsertForm, tailFromJson, tailToJson } from '@pipeline/db/write';
import { intern, memoize } from './intern.ts';
import { HOLE, records } from './records.ts';
import { add, type LedgerRow, put, type Response, type Tables } from './world.ts';

/** A statement of the real writer, in the model's terms. */
export type Request = Write | { readonly partition: number; readonly findDeadLettered: readonly number[] };

interface Write {
  readonly partition: number;
  readonly expected: number;
  readonly resets: number;
  readonly nextOffset: number;
  readonly form: InsertForm;
  /** Indexes of `records`. */
  readonly rows: readonly number[];
  readonly deadLetters: readonly number[];
  readonly tail: string | null;
}

/**
 * What `openLedger` does: a row of another topic id starts over, and `start_offset` moves along. Undefined if it
 * fails, because the id is that of the topic before: the caller has looked it up too long ago.
 */
export function openLedger(
  tables: Tables,
  partition: number,
  topicId: number,
  logStart: number,
): Tables | undefined {
  const old = tables.ledgers[partition] ?? null;
  if (old?.topicId === topicId) return tables;
  if (old?.formerTopicId === topicId) return undefined;
  const fresh = {
    topicId,
    formerTopicId: null,
    start: logStart,
    next: logStart,
    resets: 0,
    stored: 0,
    duplicates: 0,
    conflicting: 0,
    deadLettered: 0,
    skipped: 0,
    tail: null,
  };
  const row =
    old === null
      ? fresh
      : {
          ...old,
          topicId,
          formerTopicId: old.topicId,
          start: old.start + logStart - old.next,
          next: logStart,
          resets: old.resets + 1,
          tail: null,
        };
  return { ...tables, ledgers: put(tables.ledgers, partition, row) };
}

/** What `rewindLedger` does, by a process that has just opened the ledger. */
export function rewindLedger(tables: Tables, partition: number, to: number): Tables {
  const row = tables.ledgers[partition];
  if (!row) return tables;
  const tail = row.tail === null ? undefined : tailFromJson(JSON.parse(row.tail));
  const cut = tail ? tailToJson(cutTail(tail, BigInt(to))) : null;
  const rewound = { ...row, start: row.start + to - row.next, next: to, resets: row.resets + 1, tail: cut };
  return { ...tables, ledgers: put(tables.ledgers, partition, rewound) };
}

/** What Postgres does: the tables after a statement, and its response as JSON. */
export const run = memoize(
  (tables: Tables, request: Request): { readonly after: Tables; readonly response: string } => {
    const [after, response] =
      'expected' in request
        ? runWrite(tables, request)
        : [tables, { known: request.findDeadLettered.filter((row) => tables.deadLetters.includes(row)) }];
    return { after: intern(after), response: JSON.stringify(response) };
  },
);

/** What `Statements.write` does. */
function runWrite(tables: Tables, request: Write): readonly [Tables, Response] {
  const ledger = tables.ledgers[request.partition] ?? null;
  if (ledger === null) return [tables, 'missing'];
  const found = { found: ledger.next, resets: ledger.resets, tail: ledger.tail };
  if (ledger.next !== request.expected || ledger.resets !== request.resets)
    return [tables, { ...found, stored: 0, dead: 0, conflicting: 0 }];
  const written = insert(tables, request);
  const error = errorOf(tables, request, written);
  if (error !== undefined) return [tables, error];
  const dead = request.deadLetters.filter((letter) => !tables.deadLetters.includes(letter));
  const isReplay = request.nextOffset <= request.expected;
  const conflicting = isReplay ? 0 : written.conflicting;
  const counts = { stored: written.fresh.length, dead: dead.length, conflicting };
  const after = {
    ...tables,
    events: add(tables.events, ...written.fresh),
    changed: written.changed,
    counted: tables.counted + written.fresh.length,
    deadLetters: add(tables.deadLetters, ...dead),
    ledgers: put(tables.ledgers, request.partition, advance(ledger, request, counts)),
  };
  return [after, { ...found, ...counts }];
}

interface Inserted {
  /** The events that were not stored. */
  readonly fresh: readonly number[];
  /** Those events of the table that have the other content, after the insert. */
  readonly changed: readonly number[];
  /** Number of rows that differ from the event with their id. */
  readonly conflicting: number;
}

/** What an insert does that skips duplicates. */
function insert(tables: Tables, { rows }: Write): Inserted {
  const events = rows.map(eventOf);
  const fresh = [...new Set(events)].filter((event) => !tables.events.includes(event));
  const firsts = fresh.map((event) => rows[events.indexOf(event)] ?? HOLE);
  const changed = add(tables.changed, ...firsts.filter((row) => records[row]?.isChanged).map(eventOf));
  const differs = (row: number) => changed.includes(eventOf(row)) !== (records[row]?.isChanged ?? false);
  return { fresh, changed, conflicting: rows.filter(differs).length };
}

/** No batch of the model has both a duplicate and a row that Postgres refuses. */
function errorOf(
  tables: Tables,
  { form, rows, deadLetters }: Write,
  { fresh, conflicting }: Inserted,
): Response | undefined {
  const duplicates = rows.length - fresh.length;
  const isDivided = form === 'copy-new' && conflicting === 0;
  const isMessage = form === 'copy' || isDivided;
  if (isMessage && deadLetters.some((letter) => tables.deadLetters.includes(letter))) return 'unseen';
  if (rows.some((row) => records[row]?.kind === 'refused')) return 'no';
  const isExact = form === 'copy' || form === 'plain';
  return isExact && duplicates > 0 ? 'dup' : undefined;
}

function eventOf(row: number): number {
  return records[row]?.event ?? HOLE;
}

interface Counts {
  readonly stored: number;
  readonly dead: number;
  readonly conflicting: number;
}

function advance(ledger: LedgerRow, request: Write, { stored, dead, conflicting }: Counts): LedgerRow {
  const isReplay = request.nextOffset <= request.expected;
  const count = request.rows.length + request.deadLetters.length;
  return {
    ...ledger,
    tail: request.tail ?? ledger.tail,
    next: Math.max(ledger.next, request.nextOffset),
    start: ledger.start - (isReplay ? stored + dead : 0),
    stored: ledger.stored + stored,
    deadLettered: ledger.deadLettered + dead,
    duplicates: ledger.duplicates + (isReplay ? 0 : count - stored - dead),
    conflicting: ledger.conflicting + conflicting,
    skipped: ledger.skipped + (isReplay ? 0 : request.nextOffset - request.expected - count),
  };
}

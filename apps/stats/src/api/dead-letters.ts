import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  countDeadLetters,
  type Database,
  type DeadLetterFilter,
  discardDeadLetters,
  listStoredDeadLetters,
  newestDeadLetterId,
  type RedriveOutcome,
  type RedriveQueue,
  readActions,
  readAncestors,
  readDeadLetters,
  type SourceHeaders,
} from '@pipeline/db';
import type { Publisher } from '@pipeline/kafka';
import type { Logger } from '@pipeline/runtime';
import { type Context, Hono } from 'hono';
import { toPlain } from '../commands/dlq/list.ts';
import { exportLines } from '../dead-letters/export.ts';
import type { Pace } from '../dead-letters/pace.ts';
import { kafkaAway, redriveOpen } from '../dead-letters/redrive.ts';
import { errorMessage } from '../error-message.ts';
import {
  type DeadLetterQuery,
  type DeadLetterRequest,
  parseQuery,
  parseRequest,
} from './dead-letter-request.ts';
import { refuseForeignPosts } from './refuse-foreign-posts.ts';

/** What the API of dead letters works on. */
export interface DeadLetterParts {
  readonly database: Database;
  /** For what changes something. */
  readonly writableDatabase: Database;
  /** @param by kept as who does it */
  readonly openQueue: (by: string) => RedriveQueue;
  readonly openPublisher: () => Promise<Publisher>;
  readonly maxRedrives: number;
  readonly pace: Pace;
  readonly isReadOnly: boolean;
  readonly logger: Logger;
}

/** A request answers while somebody waits. */
const MOST_REDRIVEN = 1_000;
const BY = 'stats page';
/** What is shown of a value: it may have megabytes. */
const SHOWN_BYTES = 65_536;

/** `/api/dlq`: looks at dead letters; redrives and discards them unless it is read-only. */
export function createDeadLetterApi(parts: DeadLetterParts): Hono {
  const api = new Hono();
  api.onError((error, context) => context.json({ error: errorMessage(error) }, 503));
  api.get('/', (context) => list(context, parts));
  api.get('/:id{[1-9][0-9]{0,17}}', (context) => show(context, parts));
  api.get('/export', (context) => exportAll(context, parts));
  api.get('/:id', noSuchDeadLetter);
  const guard = refuseForeignPosts(parts.isReadOnly);
  api.post('/redrive', guard, (context) =>
    change(context, (request) => redrive(parts, request, context.req.raw.signal)),
  );
  api.post('/discard', guard, (context) => change(context, (request) => discard(parts, request), ['limit']));
  return api;
}

async function list(context: Context, parts: DeadLetterParts): Promise<Response> {
  return context.json(await findPage(parts, parseQuery(context.req.query())));
}

async function findPage({ database, isReadOnly }: DeadLetterParts, { filter, ...page }: DeadLetterQuery) {
  const range = await rangeOf(database, filter, page.before);
  const inRange = { ...filter, ...(range && { after: range.from - 1n, upTo: range.upTo }) };
  const matching = await countDeadLetters(database, inRange);
  // That nothing matches would be found out by looking at every letter.
  const letters = matching === 0n ? [] : await listStoredDeadLetters(database, inRange, page);
  return {
    matching: String(matching),
    /** Among which letters was looked; null where it was all of them. */
    lookedAt: range && { from: String(range.from), upTo: String(range.upTo) },
    isReadOnly,
    letters: letters.map(toPlain),
  };
}

/** What is not counted as it comes is looked for among so many letters at a time: somebody waits. */
const LOOKED_AT = 50_000n;

/** The letters that are looked at: the newest, or those before one. Null where that is all, or nothing has to be looked for. */
async function rangeOf(database: Database, { since, until, contains }: DeadLetterFilter, before?: bigint) {
  if (since === undefined && until === undefined && contains === undefined) return null;
  const newest = await newestDeadLetterId(database);
  if (newest <= LOOKED_AT) return null;
  const upTo = before === undefined ? newest : before - 1n;
  return { from: upTo > LOOKED_AT ? upTo - LOOKED_AT + 1n : 1n, upTo };
}

/** What `GET /api/dlq` answers. */
export type DeadLetterPage = Awaited<ReturnType<typeof findPage>>;

async function show(context: Context, parts: DeadLetterParts): Promise<Response> {
  const details = await findDetails(parts, BigInt(context.req.param('id') ?? 0));
  return details === undefined ? noSuchDeadLetter(context) : context.json(details);
}

const noSuchDeadLetter = (context: Context) => context.json({ error: 'there is no such dead letter' }, 404);

async function findDetails({ database, isReadOnly }: DeadLetterParts, id: bigint) {
  const [letter] = await Array.fromAsync(readDeadLetters(database, { ids: [id] }));
  if (letter === undefined) return undefined;
  const [actions, ancestors] = await Promise.all([readActions(database, id), readAncestors(database, id)]);
  const { key, value, headers, ...summary } = letter;
  return {
    ...toPlain(summary),
    isReadOnly,
    ...shorten('key', key),
    ...shorten('value', value),
    headers: listHeaders(headers),
    actions,
    ancestors: ancestors.map(String),
  };
}

/** What `GET /api/dlq/:id` answers. */
export type DeadLetterDetails = NonNullable<Awaited<ReturnType<typeof findDetails>>>;

function shorten<Name extends 'key' | 'value'>(name: Name, bytes: Buffer | null) {
  return {
    [`${name}Base64`]: bytes?.subarray(0, SHOWN_BYTES).toString('base64') ?? null,
    [`${name}Bytes`]: bytes?.length ?? null,
  } as Record<`${Name}Base64`, string | null> & Record<`${Name}Bytes`, number | null>;
}

/** A name may be there several times, each with a value of its own. */
function listHeaders(headers: SourceHeaders) {
  return Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((value) => ({
      name,
      ...shorten('value', value === null || value === undefined ? null : Buffer.from(value)),
    })),
  );
}

/** All that match, as a file; what would not be read back as one line is left out. */
function exportAll(context: Context, { database, logger }: DeadLetterParts): Response {
  const format = context.req.query('format') === 'csv' ? 'csv' : 'ndjson';
  const { filter } = parseQuery(context.req.query());
  const breakOff = (error: unknown) => {
    logger.warn(`an export was broken off: ${errorMessage(error)}`);
    (context.env as { readonly outgoing?: ServerResponse }).outgoing?.destroy();
  };
  const lines = encodeLines(exportLines(database, filter, format), breakOff);
  return context.body(Readable.toWeb(Readable.from(lines)) as ReadableStream<Uint8Array>, 200, {
    'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="dead-letters.${format}"`,
  });
}

/** A file of which a part is missing must not look whole: whoever loads it sees its connection end. */
async function* encodeLines(
  lines: ReturnType<typeof exportLines>,
  breakOff: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const line of lines) if (line !== undefined) yield Buffer.from(line);
  } catch (error) {
    breakOff(error);
  }
}

async function change(
  context: Context,
  work: (request: DeadLetterRequest) => Promise<Change>,
  foreign: readonly string[] = [],
): Promise<Response> {
  const request = parseRequest(await context.req.json().catch(() => undefined), foreign);
  if ('problem' in request) return context.json({ error: request.problem }, 400);
  const done = await work(request);
  return context.json(done, 'error' in done ? 503 : 200);
}

/** What was done until an error, if there was one, ended it. */
type Change = object & { readonly error?: string };

async function redrive(parts: DeadLetterParts, { filter, limit }: DeadLetterRequest, signal: AbortSignal) {
  const results: RedriveResult[] = [];
  const order = { filter, most: Math.min(limit, MOST_REDRIVEN), signal };
  try {
    await using queue = parts.openQueue(BY);
    await using publisher = await parts.openPublisher().catch((error) => Promise.reject(kafkaAway(error)));
    for await (const outcome of redriveOpen({ ...parts, queue, publisher }, order))
      results.push(toResult(outcome));
    return { results };
  } catch (error) {
    return { results, error: errorMessage(error) };
  }
}

function toResult(outcome: RedriveOutcome): RedriveResult {
  const id = String(outcome.letter.id);
  return 'place' in outcome
    ? { id, outcome: 'redriven', detail: '' }
    : { id, outcome: 'failed', detail: outcome.problem };
}

/** What became of one letter. */
interface RedriveResult {
  readonly id: string;
  readonly outcome: 'redriven' | 'failed';
  readonly detail: string;
}

/** What `POST /api/dlq/redrive` answers; with an error, what was done before it. */
export type RedriveAnswer = Awaited<ReturnType<typeof redrive>>;

/** What `POST /api/dlq/discard` answers; with an error, how many were discarded before it. */
export type DiscardAnswer = Awaited<ReturnType<typeof discard>>;

async function discard({ writableDatabase }: DeadLetterParts, { filter, because }: DeadLetterRequest) {
  let discarded = 0n;
  const onClosed = (letters: bigint) => {
    discarded += letters;
  };
  try {
    await discardDeadLetters(writableDatabase, filter, { because, by: BY, onClosed });
    return { discarded: String(discarded) };
  } catch (error) {
    return { discarded: String(discarded), error: errorMessage(error) };
  }
}

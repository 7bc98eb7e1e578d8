import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Database, SourceHeaders } from '@pipeline/db';
import {
  countDeadLetters,
  type DeadLetterFilter,
  discardDeadLetters,
  listStoredDeadLetters,
  newestDeadLetterId,
  type RedriveOutcome,
} from '@pipeline/db/dead-letters';
import type { RecordPace } from '@pipeline/runtime';
import { type Context, Hono } from 'hono';
import type { StatsContext } from '../collect/stats-context.ts';
import { exportLines } from '../dead-letters/export.ts';
import { findDeadLetter } from '../dead-letters/find.ts';
import { redriveOpen, resultOf } from '../dead-letters/redrive.ts';
import { toPlain } from '../terminal/json.ts';
import { errorMessage } from '../user-errors.ts';
import { answerError } from './errors.ts';
import { refuseForeignPosts } from './refuse-foreign-posts.ts';
import { type DeadLetterRequest, parseQuery, parseRequest, type RequestSchema } from './requests.ts';

/** What the API of dead letters depends on. */
export interface DeadLetterParts
  extends Pick<StatsContext, 'settings' | 'logger' | 'database' | 'writableDatabase'> {
  readonly pace: RecordPace;
  readonly isReadOnly: boolean;
  /** The user of a request, for the audit record. @throws BadRequest */
  readonly actingUser: (context: Context) => string;
  /** The origin of the page as its browsers see it. */
  readonly originOf: (context: Context) => string | undefined;
}

/** Per request, so that it ends before the client times out. */
const MAX_REDRIVEN = 1_000;
/** Larger keys and values are truncated in responses. */
const MAX_SHOWN_BYTES = 65_536;

/** The routes below `/api/dlq`: list, show and export; redrive and discard unless read-only. */
export function createDeadLetterApi(parts: DeadLetterParts): Hono {
  const api = new Hono();
  api.onError(answerError);
  api.get('/', (context) => list(context, parts));
  api.get('/:id{[1-9][0-9]{0,17}}', (context) => show(context, parts));
  api.get('/export', (context) => exportAll(context, parts));
  api.get('/:id', noSuchDeadLetter);
  const guard = refuseForeignPosts(parts.isReadOnly, parts.originOf);
  api.post('/redrive', guard, (context) =>
    change(context, 'DeadLetterSelection', (request) => redrive(parts, request, context)),
  );
  api.post('/discard', guard, (context) =>
    change(context, 'DiscardRequest', (request) => discard(parts, request, context)),
  );
  return api;
}

async function list(context: Context, parts: DeadLetterParts): Promise<Response> {
  const page = await findPage(parts, parseQuery(context.req.query()), recordedUser(context, parts));
  return context.json(page);
}

/** The user that an action would be recorded with; null if it would be refused. */
function recordedUser(context: Context, { isReadOnly, actingUser }: DeadLetterParts): string | null {
  try {
    return isReadOnly ? null : actingUser(context);
  } catch {
    return null;
  }
}

async function findPage(
  { database, isReadOnly }: DeadLetterParts,
  query: ReturnType<typeof parseQuery>,
  actingUser: string | null,
) {
  const { filter, limit, before } = query;
  const range = await rangeOf(database, filter, before);
  const inRange = { ...filter, ...(range && { after: range.from - 1n, upTo: range.upTo }) };
  const matching = await countDeadLetters(database, inRange);
  // Without this check the list would scan all dead letters to find none.
  const letters = matching === 0n ? [] : await listStoredDeadLetters(database, inRange, { limit, before });
  // `lookedAt` has the ids that were searched; null if all were.
  return toPlain({ matching, lookedAt: range, isReadOnly, actingUser, letters });
}

/** Filters without an index search this many dead letters per request, so that it stays fast. */
const SEARCHED = 50_000n;

/** The ids to search: the newest, or those before one. Null for all, or if the filter needs no search. */
async function rangeOf(database: Database, { since, until, contains }: DeadLetterFilter, before?: bigint) {
  if (since === undefined && until === undefined && contains === undefined) return null;
  const newest = await newestDeadLetterId(database);
  if (newest <= SEARCHED) return null;
  const upTo = before === undefined ? newest : before - 1n;
  return { from: upTo > SEARCHED ? upTo - SEARCHED + 1n : 1n, upTo };
}

/** The response of `GET /api/dlq`. */
export type DeadLetterPage = Awaited<ReturnType<typeof findPage>>;

async function show(context: Context, parts: DeadLetterParts): Promise<Response> {
  const details = await findDetails(parts, BigInt(context.req.param('id') ?? 0));
  return details === undefined ? noSuchDeadLetter(context) : context.json(details);
}

const noSuchDeadLetter = (context: Context) => context.json({ error: 'no such dead letter' }, 404);

async function findDetails({ database, isReadOnly }: DeadLetterParts, id: bigint) {
  const found = await findDeadLetter(database, id);
  if (found === undefined) return undefined;
  const { key, value, headers, ...summary } = found.deadLetter;
  const { actions, ancestors } = found;
  const record = { ...shorten('key', key), ...shorten('value', value), headers: listHeaders(headers) };
  return toPlain({ ...summary, isReadOnly, ...record, actions, ancestors });
}

/** The response of `GET /api/dlq/:id`. */
export type DeadLetterDetails = NonNullable<Awaited<ReturnType<typeof findDetails>>>;

function shorten<Name extends 'key' | 'value'>(name: Name, bytes: Buffer | null) {
  return {
    [`${name}Base64`]: bytes?.subarray(0, MAX_SHOWN_BYTES).toString('base64') ?? null,
    [`${name}Bytes`]: bytes?.length ?? null,
  } as Record<`${Name}Base64`, string | null> & Record<`${Name}Bytes`, number | null>;
}

/** In their order; a name may occur several times. */
function listHeaders(headers: SourceHeaders) {
  return headers.map(([name, value]) => ({
    name: String(name),
    ...shorten('value', value === null ? null : Buffer.from(value)),
  }));
}

/** All that match, as a file; NDJSON omits values that would not be read back as one line. */
function exportAll(context: Context, { database, logger }: DeadLetterParts): Response {
  const { filter, format } = parseQuery(context.req.query());
  const abort = (error: unknown) => {
    logger.warn(`an export was aborted: ${errorMessage(error)}`);
    (context.env as { readonly outgoing?: ServerResponse }).outgoing?.destroy();
  };
  const lines = encodeLines(exportLines(database, filter, format), abort);
  return context.body(Readable.toWeb(Readable.from(lines)) as ReadableStream<Uint8Array>, 200, {
    'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="dead-letters.${format}"`,
  });
}

/** An incomplete file must not look complete: after an error the connection is aborted. */
async function* encodeLines(
  lines: ReturnType<typeof exportLines>,
  abort: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const line of lines) if (line !== undefined) yield Buffer.from(line);
  } catch (error) {
    abort(error);
  }
}

async function change(
  context: Context,
  schema: RequestSchema,
  work: (request: DeadLetterRequest) => Promise<Change>,
): Promise<Response> {
  const request = parseRequest(await context.req.json().catch(() => undefined), schema);
  const done = await work(request);
  return context.json(done, 'error' in done ? 503 : 200);
}

/** The result of an action; after an error, what was done before it. */
type Change = object & { readonly error?: string };

async function redrive(parts: DeadLetterParts, { filter, limit }: DeadLetterRequest, context: Context) {
  const results: ReturnType<typeof toResult>[] = [];
  const [by, { signal }] = [parts.actingUser(context), context.req.raw];
  const order = { filter, most: Math.min(limit, MAX_REDRIVEN), signal, by, pace: parts.pace };
  try {
    for await (const outcome of redriveOpen(parts, order)) results.push(toResult(outcome));
    return { results };
  } catch (error) {
    return { results, error: errorMessage(error) };
  }
}

const toResult = (outcome: RedriveOutcome) => ({ id: String(outcome.letter.id), ...resultOf(outcome) });

/** The response of `POST /api/dlq/redrive`; after an error, the results before it. */
export type RedriveAnswer = Awaited<ReturnType<typeof redrive>>;

/** The response of `POST /api/dlq/discard`; after an error, the number discarded before it. */
export type DiscardAnswer = Awaited<ReturnType<typeof discard>>;

async function discard(parts: DeadLetterParts, { filter, because }: DeadLetterRequest, context: Context) {
  const by = parts.actingUser(context);
  let discarded = 0n;
  const onClosed = (count: bigint) => {
    discarded += count;
  };
  try {
    await discardDeadLetters(parts.writableDatabase, filter, { because, by, onClosed });
    return { discarded: String(discarded) };
  } catch (error) {
    return { discarded: String(discarded), error: errorMessage(error) };
  }
}

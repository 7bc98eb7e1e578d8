import {
  countLetters,
  type Database,
  discardLetters,
  type LetterFilter,
  listLetters,
  readLetters,
} from '@pipeline/db';
import type { Publisher } from '@pipeline/kafka';
import { type Context, Hono } from 'hono';
import { toPlain } from '../commands/dlq/list.ts';
import { createRedrive } from '../dead-letters/redrive.ts';
import { problemOf } from '../problem.ts';
import { type LetterRequest, parseQuery, parseRequest } from './letter-request.ts';
import { refuseForeignPosts } from './refuse-foreign-posts.ts';

/** What the API of dead letters works on. */
export interface DeadLetterParts {
  readonly database: Database;
  readonly openPublisher: () => Promise<Publisher>;
  readonly maxRedrives: number;
  readonly isReadOnly: boolean;
}

/** A request answers while somebody waits. */
const MOST_REDRIVEN = 1_000;
const BY = 'stats page';
/** What is shown of a value: it may have megabytes. */
const SHOWN_BYTES = 65_536;

/** `/api/dlq`: looks at dead letters; redrives and discards them unless it is read-only. */
export function createDeadLetterApi(parts: DeadLetterParts): Hono {
  const api = new Hono();
  api.onError((error, context) => context.json({ error: problemOf(error) }, 503));
  api.get('/', (context) => list(context, parts));
  api.get('/:id{[1-9][0-9]{0,17}}', (context) => show(context, parts));
  api.use(refuseForeignPosts(parts.isReadOnly));
  api.post('/redrive', (context) => change(context, (request) => redrive(parts, request)));
  api.post('/discard', (context) => change(context, (request) => discard(parts, request)));
  return api;
}

async function list(context: Context, { database }: DeadLetterParts): Promise<Response> {
  const { filter, limit, before } = parseQuery(context.req.query());
  const [letters, matching] = await Promise.all([
    listLetters(database, filter, { limit, before }),
    countLetters(database, filter),
  ]);
  return context.json({ matching: String(matching), letters: letters.map(toPlain) });
}

async function show(context: Context, { database }: DeadLetterParts): Promise<Response> {
  const [letter] = await Array.fromAsync(
    readLetters(database, { ids: [BigInt(context.req.param('id') ?? 0)] }),
  );
  if (letter === undefined) return context.json({ error: 'there is no such dead letter' }, 404);
  const { key, value, headers, ...summary } = letter;
  const shown = value?.subarray(0, SHOWN_BYTES);
  return context.json({
    ...toPlain(summary),
    keyBase64: key?.toString('base64') ?? null,
    valueBase64: shown?.toString('base64') ?? null,
    valueBytes: value?.length ?? null,
    headers: Object.keys(headers),
  });
}

async function change(
  context: Context,
  work: (request: LetterRequest) => Promise<object>,
): Promise<Response> {
  const request = parseRequest(await context.req.json().catch(() => undefined));
  if (request === undefined) return context.json({ error: 'expected ids, a filter, or "all": true' }, 400);
  return context.json(await work(request));
}

async function redrive(parts: DeadLetterParts, { filter, limit }: LetterRequest): Promise<object> {
  const { database, openPublisher, maxRedrives } = parts;
  await using publisher = await openPublisher();
  const redriveOne = createRedrive(database, publisher, maxRedrives, BY);
  const results: { readonly id: string; readonly outcome: string; readonly detail: string }[] = [];
  const open: LetterFilter = { ...filter, status: 'open' };
  for await (const letter of readLetters(database, open)) {
    if (results.length >= Math.min(limit, MOST_REDRIVEN)) break;
    const problem = await redriveOne(letter);
    const outcome = problem === undefined ? 'redriven' : 'failed';
    results.push({ id: String(letter.id), outcome, detail: problem ?? '' });
  }
  return { results, open: String(await countLetters(database, open)) };
}

async function discard({ database }: DeadLetterParts, { filter, because }: LetterRequest): Promise<object> {
  return { discarded: String(await discardLetters(database, filter, because, BY)) };
}

import type { RollupValues } from '@pipeline/db/read';
import { createProbes, type ProcessMetrics } from '@pipeline/program';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { secureHeaders } from 'hono/secure-headers';
import { answerError } from '../api/errors.ts';
import { parseNumber } from '../api/requests.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { toJson, toPlain } from '../terminal/json.ts';
import { renderSnapshot } from '../terminal/table.ts';
import { errorMessage } from '../user-errors.ts';
import type { History } from './history.ts';
import { stepFor } from './history-points.ts';
import { checkHost } from './host-check.ts';
import type { Live } from './live.ts';
import type { WebFile } from './web-files.ts';

const nothing = ["'none'"];
const own = ["'self'"];

type Collect = () => Promise<Snapshot>;

/** The dependencies of the server. */
export interface ServerParts {
  readonly collect: Collect;
  /** The counts of the latest `minutes` by the clock. */
  readonly readMinutes: (minutes: number) => Promise<Snapshot['minutes']>;
  /** The roll-ups with their values in the latest `buckets`. */
  readonly readRollups: (buckets: number) => Promise<readonly RollupValues[]>;
  /** The history of the latest `minutes`. */
  readonly readHistory: History['read'];
  /** The receipt of the newest proof; null if there is none. */
  readonly readReceipt: () => Promise<unknown>;
  readonly live: Live;
  /** By path; `index.html` is the overview, `dead-letters.html` the dead letters. */
  readonly webFiles: ReadonlyMap<string, WebFile>;
  /** The routes below `/api/dlq`. */
  readonly deadLetters: Hono;
  /** The route `/api/what-if`. */
  readonly whatIf: Hono;
  readonly metrics: ProcessMetrics;
  /** Called with the snapshot of each readiness probe; undefined if it failed. */
  readonly observe: (snapshot: Snapshot | undefined) => void;
  /** Additional values accepted in the `Host` header. */
  readonly allowedHosts: readonly string[];
  /** The path below which the pages and their API are; begins and ends with a slash. */
  readonly basePath: string;
  /** Rejects requests without a login; undefined if none is required. */
  readonly login: MiddlewareHandler | undefined;
}

/**
 * Creates the pages, their JSON API, probes and metrics. Probes and metrics are at the root, where they accept
 * any `Host` and need no login, and below the base path like everything else.
 */
export function createServer(parts: ServerParts): Hono {
  const { collect, observe, metrics, basePath } = parts;
  const app = new Hono();
  const hint = basePath === '/' ? '' : `: the page is at ${basePath}`;
  app.notFound((context) => context.json({ error: `not found${hint}` }, 404));
  app.onError(answerError);
  app.use(restrictSources(), async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
  });
  const unready = () => findUnready(collect, observe);
  const probes = createProbes({ live: () => undefined, unready, metrics });
  app.route('/', probes);
  // The links of the pages are relative to the slash.
  const toSlash = ({ req, redirect }: Context) => redirect(`${basePath}${new URL(req.url).search}`);
  if (basePath !== '/') app.get(basePath.slice(0, -1), toSlash);
  return app.route(basePath, createSite(parts).route('/', probes));
}

/** Creates what only allowed hosts and users may request. */
function createSite(parts: ServerParts): Hono {
  const site = new Hono();
  site.use(checkHost(parts.allowedHosts));
  if (parts.login !== undefined) site.use(parts.login);
  for (const path of ['/web/*', '/api/minutes', '/api/rollups', '/api/history']) site.use(path, compress());
  addPages(site, parts);
  addApi(site, parts);
  return site.route('/api/dlq', parts.deadLetters).route('/api/what-if', parts.whatIf);
}

/** Browsers load and run only files from this server, and no inline script or style. */
function restrictSources() {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: nothing,
      scriptSrc: own,
      styleSrc: own,
      imgSrc: own,
      connectSrc: own,
      baseUri: nothing,
      formAction: nothing,
      frameAncestors: nothing,
    },
    referrerPolicy: 'no-referrer',
  });
}

function addPages(app: Hono, { webFiles, collect }: ServerParts): void {
  const send = (context: Context, name: string) => {
    const file = webFiles.get(name);
    return file === undefined
      ? context.notFound()
      : context.body(file.body, 200, { 'content-type': file.type });
  };
  app.get('/', (context) => send(context, 'index.html'));
  app.get('/dead-letters', (context) => send(context, 'dead-letters.html'));
  app.get('/web/:name{.+}', (context) => send(context, context.req.param('name')));
  app.get('/text', (context) =>
    collect().then(
      (snapshot) => context.text(renderSnapshot(snapshot)),
      (error) => context.text(`${errorMessage(error)}\n`, 503),
    ),
  );
}

function addApi(
  app: Hono,
  { collect, readMinutes, readRollups, readHistory, readReceipt, live }: ServerParts,
): void {
  app.get('/api/stats', async (context) => context.json(toJson(await collect())));
  app.get('/api/lag', async (context) => {
    const { partitions, lag } = toJson(await collect());
    return context.json({ partitions, lag });
  });
  app.get('/api/minutes', async (context) => {
    const query = context.req.query();
    const isRange = query['minutes'] !== undefined;
    const minutes = isRange ? await readMinutes(parseNumber(query, 'minutes')) : (await collect()).minutes;
    return context.json(toPlain({ minutes }));
  });
  app.get('/api/rollups', async (context) =>
    context.json(await answerRollups(readRollups, parseNumber(context.req.query(), 'buckets'))),
  );
  app.get('/api/history', async (context) =>
    context.json(await answerHistory(readHistory, parseNumber(context.req.query(), 'minutes'))),
  );
  app.get('/api/proof', async (context) => context.json({ receipt: await readReceipt() }));
  const streamHeaders = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
  app.get('/api/stream', (context) =>
    // The stream of a HEAD request would never be read or closed.
    context.req.method === 'HEAD'
      ? context.body(null, 200, streamHeaders)
      : context.body(live.open(), 200, streamHeaders),
  );
}

async function answerHistory(readHistory: History['read'], minutes: number) {
  return toPlain({ stepSeconds: stepFor(minutes), points: await readHistory(minutes) });
}

/** The response of `GET /api/history`. */
export type HistoryAnswer = Awaited<ReturnType<typeof answerHistory>>;

async function answerRollups(readRollups: ServerParts['readRollups'], buckets: number) {
  return toPlain({ rollups: await readRollups(buckets) });
}

/** The response of `GET /api/rollups`. */
export type RollupsAnswer = Awaited<ReturnType<typeof answerRollups>>;

async function findUnready(collect: Collect, observe: ServerParts['observe']): Promise<readonly string[]> {
  try {
    const snapshot = await collect();
    observe(snapshot);
    return snapshot.kafkaProblem === undefined ? [] : [snapshot.kafkaProblem];
  } catch (error) {
    observe(undefined);
    return [errorMessage(error)];
  }
}

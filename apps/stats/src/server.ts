import { createProbes, type Metrics } from '@pipeline/runtime';
import { type Context, Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { checkHost } from './host-check.ts';
import { toJson } from './json.ts';
import { renderPage, renderProblem, style } from './page.ts';
import { problemOf } from './problem.ts';
import type { Snapshot } from './snapshot.ts';

const nothing = ["'none'"];
const own = ["'self'"];

type Collect = () => Promise<Snapshot>;

interface ServerOptions {
  /** Names besides this machine's own that the page answers to. */
  readonly allowedHosts?: readonly string[];
  /** The API of dead letters. */
  readonly deadLetters?: Hono;
}

/** The page and its JSON API over a way to look into the pipeline; probes and metrics answer to any `Host`. */
export function createServer(collect: Collect, metrics: Metrics, options: ServerOptions = {}): Hono {
  const { allowedHosts = [], deadLetters = new Hono() } = options;
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: nothing,
        styleSrc: own,
        baseUri: nothing,
        formAction: nothing,
        frameAncestors: nothing,
      },
      referrerPolicy: 'no-referrer',
    }),
  );
  for (const path of ['/', '/style.css', '/api/*']) app.use(path, checkHost(allowedHosts));
  addPage(app, collect);
  addApi(app, collect);
  app.route('/api/dlq', deadLetters);
  const unready = () => findUnready(collect);
  return app.route('/', createProbes({ live: () => undefined, unready, metrics: metrics.registry }));
}

function addPage(app: Hono, collect: Collect): void {
  app.get('/', async (context) => {
    context.header('cache-control', 'no-store');
    try {
      return context.html(renderPage(await collect()));
    } catch (error) {
      return context.html(renderProblem(problemOf(error)), 503);
    }
  });
  app.get('/style.css', (context) => context.body(String(style), 200, { 'content-type': 'text/css' }));
}

function addApi(app: Hono, collect: Collect): void {
  const answer = (pick: (json: ReturnType<typeof toJson>) => object) => async (context: Context) => {
    context.header('cache-control', 'no-store');
    try {
      return context.json(pick(toJson(await collect())));
    } catch (error) {
      return context.json({ error: problemOf(error) }, 503);
    }
  };
  app.get(
    '/api/stats',
    answer((json) => json),
  );
  app.get(
    '/api/minutes',
    answer(({ minutes }) => ({ minutes })),
  );
  app.get(
    '/api/lag',
    answer(({ partitions, lag }) => ({ partitions, lag })),
  );
}

async function findUnready(collect: Collect): Promise<readonly string[]> {
  try {
    const { kafkaProblem } = await collect();
    return kafkaProblem === undefined ? [] : [kafkaProblem];
  } catch (error) {
    return [problemOf(error)];
  }
}

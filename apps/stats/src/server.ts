import { describeFault } from '@pipeline/db';
import { createProbes, type Metrics } from '@pipeline/runtime';
import { type Context, Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { toJson } from './json.ts';
import { renderPage, renderProblem, style } from './page.ts';
import type { Snapshot } from './snapshot.ts';

const nothing = ["'none'"];
const own = ["'self'"];

/** The page and its JSON API over a way to look into the pipeline. */
export function createServer(collect: () => Promise<Snapshot>, metrics: Metrics): Hono {
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
  app.get('/', async (context) => {
    try {
      return context.html(renderPage(await collect()));
    } catch (error) {
      return context.html(renderProblem(describeFault(error)), 503);
    }
  });
  app.get('/style.css', (context) => context.body(String(style), 200, { 'content-type': 'text/css' }));
  addApi(app, collect);
  app.route(
    '/',
    createProbes({ live: () => undefined, unready: () => findUnready(collect), metrics: metrics.registry }),
  );
  return app;
}

function addApi(app: Hono, collect: () => Promise<Snapshot>): void {
  const answer = (pick: (json: ReturnType<typeof toJson>) => object) => async (context: Context) => {
    context.header('cache-control', 'no-store');
    try {
      return context.json(pick(toJson(await collect())));
    } catch (error) {
      return context.json({ error: `Postgres: ${describeFault(error)}` }, 503);
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

async function findUnready(collect: () => Promise<Snapshot>): Promise<readonly string[]> {
  try {
    const { kafkaProblem } = await collect();
    return kafkaProblem === undefined ? [] : [`Kafka: ${kafkaProblem}`];
  } catch (error) {
    return [`Postgres: ${describeFault(error)}`];
  }
}

import type { Registry } from '@prometheus-io/client';
import { Hono } from 'hono';

/** What a process answers to whoever watches over it. */
export interface Probes {
  /** Whether the process and its loop make progress; asks no dependency. Returns what is wrong, or undefined. */
  readonly live: () => string | undefined;
  /** What is not ready, one entry per dependency; empty when all is well. */
  readonly unready: () => Promise<readonly string[]> | readonly string[];
  readonly metrics: Registry;
}

/** `/livez`, `/readyz` and `/metrics` as an application to serve or to mount. */
export function createProbes({ live, unready, metrics }: Probes): Hono {
  const app = new Hono();
  app.get('/livez', (context) => {
    const problem = live();
    return problem === undefined ? context.text('ok\n') : context.text(`${problem}\n`, 503);
  });
  app.get('/readyz', async (context) => {
    const reasons = await unready();
    return reasons.length === 0 ? context.text('ok\n') : context.text(`${reasons.join('\n')}\n`, 503);
  });
  app.get('/metrics', async (context) => {
    const body = await metrics.metrics();
    return context.body(body, 200, { 'content-type': metrics.contentType });
  });
  return app;
}

import { Hono } from 'hono';
import type { ProcessMetrics } from './metrics.ts';

/** The health of a process, as its probes report it. */
export interface Probes {
  /** Why the process makes no progress, or undefined. Never queries a dependency. */
  readonly live: () => string | undefined;
  /** One entry per dependency that is not ready; empty if all are. */
  readonly unready: () => Promise<readonly string[]> | readonly string[];
  readonly metrics: ProcessMetrics;
}

/** `/livez`, `/readyz` and `/metrics` as an application that can be served or mounted. */
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
    metrics.ready.set((await unready()).length === 0 ? 1 : 0);
    const { registry } = metrics;
    return context.body(await registry.metrics(), 200, { 'content-type': registry.contentType });
  });
  return app;
}

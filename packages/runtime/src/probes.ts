import { Hono } from 'hono';
import type { Metrics } from './metrics.ts';

/** What a process answers to whoever watches over it. */
export interface Probes {
  /** Whether the process and its loop make progress; asks no dependency. Returns what is wrong, or undefined. */
  readonly live: () => string | undefined;
  /** What is not ready, one entry per dependency; empty when all is well. */
  readonly unready: () => Promise<readonly string[]> | readonly string[];
  readonly metrics: Pick<Metrics, 'registry' | 'ready'>;
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
    metrics.ready.set((await unready()).length === 0 ? 1 : 0);
    const { registry } = metrics;
    return context.body(await registry.metrics(), 200, { 'content-type': registry.contentType });
  });
  return app;
}

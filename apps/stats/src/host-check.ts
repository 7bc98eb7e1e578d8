import type { MiddlewareHandler } from 'hono';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Refuses a `Host` that is not ours: another site whose name leads to this address must not read the page. */
export function checkHost(allowed: readonly string[]): MiddlewareHandler {
  const names = new Set([...loopback, ...allowed].map((name) => name.toLowerCase()));
  return async (context, next) => {
    if (names.has(new URL(context.req.url).hostname)) return next();
    return context.json({ error: 'this Host is not served; allow it with STATS_ALLOWED_HOSTS' }, 421);
  };
}

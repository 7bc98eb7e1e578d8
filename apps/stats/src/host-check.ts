import { isIPv6 } from 'node:net';
import type { MiddlewareHandler } from 'hono';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** As it stands in a URL: small, and an address of IPv6 short and in brackets. */
function toHostname(name: string): string {
  const host = isIPv6(name) ? `[${name}]` : name;
  return URL.parse(`http://${host}`)?.hostname ?? name.toLowerCase();
}

/** Refuses a `Host` that is not ours: another site whose name leads to this address must not read the page. */
export function checkHost(allowed: readonly string[]): MiddlewareHandler {
  const names = new Set([...loopback, ...allowed].map(toHostname));
  return async (context, next) => {
    if (names.has(new URL(context.req.url).hostname)) return next();
    return context.json({ error: 'this Host is not served; allow it with STATS_ALLOWED_HOSTS' }, 421);
  };
}

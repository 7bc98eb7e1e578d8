import { isIPv6 } from 'node:net';
import type { MiddlewareHandler } from 'hono';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Normalizes a host name as URLs do: lower case, IPv6 addresses shortened and in brackets. */
function toHostname(name: string): string {
  const host = isIPv6(name) ? `[${name}]` : name;
  return URL.parse(`http://${host}`)?.hostname ?? name.toLowerCase();
}

/** Rejects other `Host` headers, so that a site whose name resolves to this address cannot read the page. */
export function checkHost(allowed: readonly string[]): MiddlewareHandler {
  const names = new Set([...loopback, ...allowed].map(toHostname));
  return async (context, next) => {
    if (names.has(new URL(context.req.url).hostname)) return next();
    return context.json({ error: 'this Host is not allowed; add it to STATS_ALLOWED_HOSTS' }, 421);
  };
}

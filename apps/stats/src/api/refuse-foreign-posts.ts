import type { HonoRequest, MiddlewareHandler } from 'hono';

/** Accepts only JSON requests from this page or from programs, and none if the server is read-only. */
export function refuseForeignPosts(isReadOnly: boolean): MiddlewareHandler {
  return async ({ req, json }, next) => {
    if (isReadOnly) return json({ error: 'read-only: set STATS_READ_ONLY=false to allow changes' }, 403);
    if (req.header('content-type')?.split(';')[0] !== 'application/json')
      return json({ error: 'expected application/json' }, 415);
    if (!isOwn(req)) return json({ error: 'requests from other sites are not allowed' }, 403);
    return next();
  };
}

/** `Sec-Fetch-Site` decides if present: behind a TLS proxy the origin differs from the server's own URL. */
function isOwn(req: HonoRequest): boolean {
  const site = req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = req.header('origin');
  return origin === undefined || origin === new URL(req.url).origin;
}

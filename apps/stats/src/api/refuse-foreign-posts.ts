import type { HonoRequest, MiddlewareHandler } from 'hono';

/** Lets only this page's own requests change something, as JSON, and nothing where changes are not allowed. */
export function refuseForeignPosts(isReadOnly: boolean): MiddlewareHandler {
  return async ({ req, json }, next) => {
    if (isReadOnly) return json({ error: 'read-only: set STATS_READ_ONLY=false to allow it' }, 403);
    if (req.header('content-type')?.split(';')[0] !== 'application/json')
      return json({ error: 'expected application/json' }, 415);
    if (!isOwn(req)) return json({ error: 'only this page may ask for that' }, 403);
    return next();
  };
}

/** What a browser says of the site counts: behind a proxy that speaks TLS this page has another origin than it knows. */
function isOwn(req: HonoRequest): boolean {
  const site = req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = req.header('origin');
  return origin === undefined || origin === new URL(req.url).origin;
}

import type { MiddlewareHandler } from 'hono';

/** Lets only this page's own requests change something, as JSON, and nothing where changes are not allowed. */
export function refuseForeignPosts(isReadOnly: boolean): MiddlewareHandler {
  return async ({ req, json }, next) => {
    if (isReadOnly) return json({ error: 'read-only: set STATS_READ_ONLY=false to allow it' }, 403);
    if (req.header('content-type')?.split(';')[0] !== 'application/json')
      return json({ error: 'expected application/json' }, 415);
    const site = req.header('sec-fetch-site') ?? 'same-origin';
    const origin = req.header('origin');
    const isOwn = site === 'same-origin' && (origin === undefined || origin === new URL(req.url).origin);
    if (!isOwn) return json({ error: 'only this page may ask for that' }, 403);
    return next();
  };
}

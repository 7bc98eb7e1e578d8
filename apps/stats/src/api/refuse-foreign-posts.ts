import type { Context, MiddlewareHandler } from 'hono';

/** The origin of the page as its browsers see it. */
type OriginOf = (context: Context) => string | undefined;

/** Accepts only JSON requests from this page or from programs, and none if the server is read-only. */
export function refuseForeignPosts(isReadOnly: boolean, originOf: OriginOf): MiddlewareHandler {
  return async (context, next) => {
    const { req, json } = context;
    if (isReadOnly) return json({ error: 'read-only: set STATS_READ_ONLY=false to allow changes' }, 403);
    if (req.header('content-type')?.split(';')[0] !== 'application/json')
      return json({ error: 'expected application/json' }, 415);
    if (!isOwn(context, originOf)) return json({ error: 'requests from other sites are not allowed' }, 403);
    return next();
  };
}

/** `Sec-Fetch-Site` decides if present; browsers send it only over TLS and to this machine. */
function isOwn(context: Context, originOf: OriginOf): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = context.req.header('origin');
  return origin === undefined || origin === originOf(context);
}

import type { MiddlewareHandler } from 'hono';
import type { FindUser } from './logins.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** The user who has logged in. */
    login: string | undefined;
  }
}

const challenge = { 'www-authenticate': 'Basic realm="stats", charset="UTF-8"' };

/** Requires HTTP basic authentication (RFC 7617). Later handlers find the user in the context. */
export function requireLogin(findUser: FindUser): MiddlewareHandler {
  return async (context, next) => {
    const [, base64 = ''] = /^basic +(\S+)$/i.exec(context.req.header('authorization') ?? '') ?? [];
    const user = findUser(Buffer.from(base64, 'base64'));
    if (user === undefined) return context.json({ error: 'the page requires a login' }, 401, challenge);
    context.set('login', user);
    return next();
  };
}

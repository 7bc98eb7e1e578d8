import type { BlockList } from 'node:net';
import type { Context } from 'hono';
import { comesFrom } from './trusted-proxies.ts';

/** The origin under which a browser sent a request; a trusted proxy passes it in `X-Forwarded-*`. */
export function publicOrigin(context: Context, proxies: BlockList): string | undefined {
  const { protocol, host } = new URL(context.req.url);
  const isTrusted = comesFrom(proxies, context);
  // Several proxies append; the first value is of the one that is next to the browser.
  const passed = (name: string) =>
    isTrusted ? context.req.header(`x-forwarded-${name}`)?.split(',')[0]?.trim() : undefined;
  return URL.parse(`${passed('proto') ?? protocol.slice(0, -1)}://${passed('host') ?? host}`)?.origin;
}

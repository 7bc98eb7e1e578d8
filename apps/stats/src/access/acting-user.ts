import { isUtf8 } from 'node:buffer';
import type { Settings } from '@pipeline/runtime';
import type { Context } from 'hono';
import { BadRequest } from '../api/errors.ts';
import type { accessSettings } from './settings.ts';
import { comesFrom, incomingOf } from './trusted-proxies.ts';
import { isUserName, USER_NAME } from './user-name.ts';

/** Without a login. */
const NO_USER = 'stats page';

/**
 * The user who sent a request, for the audit record: the one that a trusted proxy names, else the one that
 * has logged in.
 * @throws BadRequest if the proxy's header is not one valid name
 */
export function actingUserOf(context: Context, settings: Settings<typeof accessSettings>): string {
  const { STATS_USER_HEADER: header, STATS_TRUSTED_PROXIES: proxies } = settings;
  const isTrusted = header !== undefined && comesFrom(proxies, context);
  return (isTrusted ? readUser(context, header) : undefined) ?? context.get('login') ?? NO_USER;
}

/** Undefined if the header is missing or empty. A repeated one may be partly the browser's. */
function readUser(context: Context, header: string): string | undefined {
  const [value = '', ...others] = incomingOf(context)?.headersDistinct[header.toLowerCase()] ?? [];
  if (value === '' && others.length === 0) return undefined;
  // Node decodes headers as Latin-1.
  const bytes = Buffer.from(value, 'latin1');
  const user = bytes.toString('utf8');
  if (others.length === 0 && isUtf8(bytes) && isUserName(user)) return user;
  throw new BadRequest(`header ${header}: expected one name of ${USER_NAME}, in UTF-8`);
}

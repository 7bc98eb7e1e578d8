import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { errorLine } from '@pipeline/program';
import { exitCode, type Logger, UserError } from '@pipeline/runtime';
import { isUserName } from './user-name.ts';

/** Returns the user of `USER:PASSWORD`, undefined if the user or the password is wrong. */
export type FindUser = (credentials: Uint8Array) => string | undefined;

interface Login {
  readonly user: string;
  /** Of `USER:PASSWORD`. Digests have one length, so comparing them takes the same time for all passwords. */
  readonly digest: Buffer;
}

/**
 * Reads a file of `USER:PASSWORD` lines, and reads it again when it changes. A change to an invalid file is
 * logged, and the earlier logins stay.
 * @throws UserError with exit code 2 if the file cannot be read or is invalid
 */
export function openLogins(path: string, logger: Logger): FindUser {
  let version = versionOf(path);
  let logins = readLogins(path);
  const refresh = () => {
    const current = versionOf(path);
    if (current === version) return;
    version = current;
    try {
      logins = readLogins(path);
      logger.info(`${path} has changed; logins: ${logins.length}`);
    } catch (error) {
      logger.warn(`${errorLine(error)}; the earlier logins stay valid`);
    }
  };
  return (credentials) => {
    refresh();
    const given = digestOf(credentials);
    return logins.filter(({ digest }) => timingSafeEqual(digest, given))[0]?.user;
  };
}

/** Differs after every change, also if a link to the file changes. */
function versionOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (error) {
    return errorLine(error);
  }
}

function readLogins(path: string): readonly Login[] {
  try {
    return parseLogins(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)));
  } catch (error) {
    throw new UserError(
      `STATS_BASIC_AUTH_FILE: ${errorLine(error)}`,
      'it needs one USER:PASSWORD per line',
      exitCode.usage,
    );
  }
}

/** Empty lines and those that begin with # are ignored. @throws Error that names a line, never its content */
function parseLogins(text: string): readonly Login[] {
  const lines = text.split(/\r?\n/).map((line, at) => ({ line, number: at + 1 }));
  const logins = lines.filter(({ line }) => line !== '' && !line.startsWith('#')).map(parseLogin);
  if (logins.length === 0) throw new Error('no user');
  const users = logins.map(({ user }) => user);
  const repeated = users.find((user, at) => users.indexOf(user) !== at);
  if (repeated !== undefined) throw new Error(`user ${repeated} occurs twice`);
  return logins;
}

function parseLogin({ line, number }: { readonly line: string; readonly number: number }): Login {
  const [, user = '', password = ''] = /^([^:]*):(.+)$/.exec(line) ?? [];
  if (!isUserName(user) || password === '') throw new Error(`line ${number} is not USER:PASSWORD`);
  if (/^(\$(apr1|2[aby]|[156y])\$|\{SHA\})/.test(password))
    throw new Error(`line ${number} has a hash in place of the password`);
  return { user, digest: digestOf(Buffer.from(line)) };
}

const digestOf = (credentials: Uint8Array) => createHash('sha256').update(credentials).digest();

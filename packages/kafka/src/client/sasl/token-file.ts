import { readFileSync } from 'node:fs';
import { exitCode, UserError } from '@pipeline/runtime';
import { isBearerToken } from './bearer-token.ts';
import { permanentLoginError } from './login-error.ts';
import type { TokenSource } from './token-source.ts';

/**
 * The token in a file, which is read for each login: another process replaces it before it expires.
 * @throws UserError with the exit code of a usage error if the file has no token now
 */
export function tokenFile(path: string): TokenSource {
  const first = readToken(path);
  if ('problem' in first) throw new UserError(first.problem, remedy, exitCode.usage);
  return {
    async current() {
      const read = readToken(path);
      if ('problem' in read) throw permanentLoginError(read.problem, remedy);
      return read.token;
    },
    forget: () => false,
    remedy: 'check the process that writes KAFKA_OAUTH_TOKEN_FILE, and the audience and issuer of its tokens',
  };
}

const remedy = 'use the path of a readable file with a bearer token, and replace it by renaming a new one';

type Read = { readonly token: string } | { readonly problem: string };

function readToken(path: string): Read {
  try {
    const token = readFileSync(path, 'utf8').trim();
    return isBearerToken(token)
      ? { token }
      : { problem: `KAFKA_OAUTH_TOKEN_FILE: ${path} contains no bearer token` };
  } catch {
    return { problem: `KAFKA_OAUTH_TOKEN_FILE: cannot read ${path}` };
  }
}

import { custom, flag, integer, oneOf } from '@pipeline/runtime';

const SECOND = 1_000;

export const databaseSettings = {
  DATABASE_URL: custom(
    'postgres://app:app@127.0.0.1:5432/app',
    'Postgres connection URL; sslmode=disable or verify-full, sslrootcert=PATH',
    'postgres://USER:PASSWORD@HOST:PORT/DATABASE, special characters percent-encoded, sslmode=disable or verify-full',
    parseDatabaseUrl,
    { secret: true },
  ),
  DATABASE_ALLOW_PLAINTEXT: flag(
    false,
    'Allow unencrypted connections to a remote Postgres, for example in a private container network',
  ),
  DATABASE_POOL_MODE: oneOf(
    ['session', 'transaction'],
    'session',
    'session for direct connections, transaction behind PgBouncer in transaction mode',
  ),
  DATABASE_CONNECT_TIMEOUT_MS: integer(5 * SECOND, 'Connect timeout', [100, 600 * SECOND]),
  DATABASE_STATEMENT_TIMEOUT_MS: integer(20 * SECOND, 'Statement timeout', [100, 3_600 * SECOND]),
  DATABASE_LOCK_TIMEOUT_MS: integer(
    10 * SECOND,
    'Lock timeout: maximum time that a statement waits for a lock',
    [100, 3_600 * SECOND],
  ),
};

/** A parsed connection URL; `sslRootCert` is the path of a file of PEM certificates. */
export interface DatabaseUrl {
  readonly text: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly sslMode: 'disable' | 'verify-full';
  readonly sslRootCert: string | undefined;
}

/** Parses a `postgres://` URL; undefined if it is invalid or its sslmode is not supported. */
export function parseDatabaseUrl(text: string): DatabaseUrl | undefined {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '') return undefined;
  const sslMode = url.searchParams.get('sslmode') ?? 'disable';
  if (sslMode !== 'disable' && sslMode !== 'verify-full') return undefined;
  const [database, user, password] = [url.pathname.slice(1), url.username, url.password].map(decodePart);
  if (database === undefined || user === undefined || password === undefined) return undefined;
  return {
    text,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 5432),
    database: database || 'postgres',
    user: user || 'postgres',
    password,
    sslMode,
    sslRootCert: url.searchParams.get('sslrootcert') ?? undefined,
  };
}

/** Percent-decodes a part; undefined if its encoding is invalid. */
function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

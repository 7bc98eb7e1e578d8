import { custom, flag, integer, oneOf, optionalText } from '@pipeline/runtime';
import { parseDatabaseUrl } from './database-url.ts';
import { parseSchemaName } from './schema-name.ts';

const SECOND = 1_000;

/** Settings of a program that writes batches. */
export const writerSettings = {
  WRITERS: integer(4, 'Number of batches written concurrently', [1, 64]),
};

export const databaseSettings = {
  DATABASE_URL: custom(
    'postgres://app:app@127.0.0.1:5432/app',
    'Postgres connection URL; sslmode=disable, require, verify-ca or verify-full, sslrootcert=PATH',
    'postgres://USER:PASSWORD@HOST:PORT/DATABASE, special characters percent-encoded',
    parseDatabaseUrl,
    { secret: true },
  ),
  DATABASE_SCHEMA: custom(
    'public',
    'Postgres schema that holds the tables of this pipeline; its roles are pipeline_SCHEMA_writer and so on',
    'a lower-case name of at most 40 characters (a-z, 0-9, _), not one that Postgres reserves',
    parseSchemaName,
  ),
  DATABASE_PASSWORD_COMMAND: optionalText(
    'Command that prints the password, such as a token of a cloud; run for every new connection',
  ),
  DATABASE_PASSWORD_FILE: optionalText('File that holds the password; read again for every new connection'),
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

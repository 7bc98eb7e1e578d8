import type { Sql } from './connect.ts';

/** Sends pre-encoded text as an untyped parameter; Postgres infers the type. */
export function untyped(sql: Sql, bytes: Buffer) {
  return sql.typed(bytes as never, UNKNOWN);
}

/**
 * https://www.postgresql.org/docs/current/protocol-message-formats.html, Parse: "leaving the type
 * unspecified".
 */
const UNKNOWN = 0;

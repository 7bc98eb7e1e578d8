import type { Sql } from '../client/connect.ts';

/** Sends pre-encoded text as an untyped parameter; Postgres infers the type. */
export function untyped(sql: Sql, bytes: Buffer) {
  return sql.typed(bytes as never, UNKNOWN);
}

/** An unspecified type: https://www.postgresql.org/docs/current/protocol-message-formats.html, Parse. */
const UNKNOWN = 0;

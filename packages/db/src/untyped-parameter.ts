import type { Sql } from './connect.ts';

/** A text in bytes, which goes out as it stands; Postgres is left to say of what type it is. */
export function untyped(sql: Sql, bytes: Buffer) {
  return sql.typed(bytes as never, UNKNOWN);
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, Parse: "leaving the type unspecified". */
const UNKNOWN = 0;

import type { Sql } from '../client/connect.ts';

/** An unspecified type, and `uuid[]`: https://www.postgresql.org/docs/current/protocol-message-formats.html, Parse. */
const [UNKNOWN, UUIDS] = [0, 2951];

/** Sends pre-encoded text as an untyped parameter; Postgres infers the type. */
export function untyped(sql: Sql, bytes: Uint8Array) {
  return sql.typed(bytes as never, UNKNOWN);
}

/** Sends an array of UUIDs that is in the binary format. */
export function uuids(sql: Sql, bytes: Buffer) {
  return sql.typed(bytes as never, UUIDS);
}

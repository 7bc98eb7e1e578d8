import type { Sql } from '../client/connect.ts';
import { BinaryArray } from './binary-array.ts';

/** An unspecified type: https://www.postgresql.org/docs/current/protocol-message-formats.html, Parse. */
const UNKNOWN = 0;

/** A value of a parameter that is encoded already: text, whose type Postgres infers, or an array. */
export type Encoded = Uint8Array | BinaryArray;

/** Sends a value that is encoded already. */
export function encoded(sql: Sql, value: Encoded) {
  return value instanceof BinaryArray
    ? sql.typed(value.bytes as never, value.type)
    : sql.typed(value as never, UNKNOWN);
}

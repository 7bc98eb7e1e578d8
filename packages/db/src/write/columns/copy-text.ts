import { ColumnReader } from './column-reader.ts';
import { NEWLINE, put, TAB } from './copy-bytes.ts';

/** The columns of `EventRows`. */
export interface EncodedColumns {
  readonly eventIds: Buffer;
  readonly eventTypes: Buffer;
  readonly eventTimes: Buffer;
  readonly userIds: Buffer;
  readonly payloads: Buffer;
  readonly attributes: Buffer | undefined;
}

/**
 * Encodes columns as the rows of COPY's text format: tabs between fields, `\N` for null, and a backslash before
 * what would end a field (https://www.postgresql.org/docs/current/sql-copy.html). Copies byte by byte, because a
 * string or a view per field costs more than its bytes.
 */
export function toCopyText(columns: EncodedColumns, rows: number): Buffer {
  const ids = new ColumnReader(columns.eventIds);
  const types = new ColumnReader(columns.eventTypes);
  const times = new ColumnReader(columns.eventTimes);
  const users = new ColumnReader(columns.userIds);
  const payloads = new ColumnReader(columns.payloads);
  const attributes = columns.attributes && new ColumnReader(columns.attributes);
  const text = Buffer.allocUnsafe(maxLength(columns, rows));
  let end = 0;
  for (let row = 0; row < rows; row++) {
    end = put(text, ids.copyPlain(text, end), TAB);
    end = put(text, types.copyQuoted(text, end), TAB);
    end = put(text, times.copyPlain(text, end), TAB);
    end = put(text, users.copyQuoted(text, end), TAB);
    end = payloads.copyJson(text, end);
    if (attributes !== undefined) end = attributes.copyJsonOrNull(text, put(text, end, TAB));
    end = put(text, end, NEWLINE);
  }
  return text.subarray(0, end);
}

/** A byte of a column becomes at most two, also a separator or the `u` of a null. The last field has none. */
function maxLength(columns: EncodedColumns, rows: number): number {
  return Object.values(columns).reduce((sum, column) => sum + 2 * (column?.length ?? 0), rows);
}

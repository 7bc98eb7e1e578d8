import { parseBytes, textOf } from '../../parse.ts';
import { toHex } from '../hex.ts';
import { unwrap } from './change.ts';

/** The key of a changed row. */
export interface RowKey {
  /** Its JSON without the converter's wrapper; another text if the converter does not write JSON. */
  readonly text: string;
  /** Undefined if the key is not JSON. */
  readonly value: unknown;
}

/** The key of a record, null if the table has none. */
export function readKey(key: Uint8Array | null | undefined): RowKey | null {
  if (key === null || key === undefined || key.length === 0) return null;
  const parsed = parseBytes(key, Number.MAX_SAFE_INTEGER);
  if (!parsed.ok) return { text: textOf(key) ?? toHex(key), value: undefined };
  const { json, value } = unwrap(parsed.text, parsed.value);
  return value === null ? null : { text: json, value };
}

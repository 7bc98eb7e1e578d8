import { type Rejection, reject } from './reasons.ts';

/** A record's value, decoded and parsed. */
export interface Parsed {
  readonly ok: true;
  readonly text: string;
  /** The parsed JSON. */
  readonly value: unknown;
}

/** Throws if the bytes are not UTF-8. Keeps a byte order mark, which JSON.parse then rejects. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes UTF-8 and parses JSON. Never throws. */
export function parseBytes(bytes: Uint8Array | null, maxBytes: number): Parsed | Rejection {
  if (bytes === null || bytes.length === 0) return reject('empty', 'is empty');
  if (bytes.length > maxBytes) return rejectSize(bytes, maxBytes);
  const text = textOf(bytes);
  if (text === undefined) return reject('not_utf8', 'is not UTF-8');
  const value = parseJson(text);
  return value === undefined ? reject('not_json', 'is not JSON') : { ok: true, text, value };
}

/** Rejects a value that is longer than the limit. */
export function rejectSize({ length }: Uint8Array, maxBytes: number): Rejection {
  return reject('too_large', `has ${length} bytes; the limit is ${maxBytes}`);
}

/** The text of UTF-8 bytes; undefined if they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Undefined if the text is not JSON. The parser's message is dropped, because it quotes the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

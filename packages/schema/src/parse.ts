import { type Rejection, reject } from './reasons.ts';

/** What a record's bytes say. */
export interface Parsed {
  readonly ok: true;
  readonly text: string;
  /** The text as JSON. */
  readonly value: unknown;
}

/** Throws on bytes that are not UTF-8; a byte order mark stays, and is not JSON. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads bytes as UTF-8 and as JSON. Never throws. */
export function parseBytes(bytes: Uint8Array | null, maxBytes: number): Parsed | Rejection {
  if (bytes === null || bytes.length === 0) return reject('empty', 'has no bytes');
  if (bytes.length > maxBytes)
    return reject('too_large', `has ${bytes.length} bytes, ${maxBytes} are allowed`);
  const text = decodeUtf8(bytes);
  if (text === undefined) return reject('not_utf8', 'is not UTF-8');
  const value = parseJson(text);
  return value === undefined ? reject('not_json', 'is not JSON') : { ok: true, text, value };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** JSON has no undefined, so that can stand for its absence. The parser's message quotes the text, and is dropped. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

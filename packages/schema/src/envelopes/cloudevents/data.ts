/** The data of a CloudEvent as a JSON value. */
export interface EventData {
  readonly payload: unknown;
  /** Verbatim if the data is JSON. */
  readonly payloadJson: string;
  /** Number of nested objects and arrays. */
  readonly depth: number;
  /** JSON Pointer in the record's value. */
  readonly path: string;
}

/** The payload of an event without data. */
export const noData: EventData = { payload: null, payloadJson: 'null', depth: 0, path: '' };

/**
 * The payload of data that is not JSON.
 * @param base64Json the bytes in base64, as a JSON string
 */
export function bytesData(base64Json: string, path: string): EventData {
  const payloadJson = `{"data_base64":${base64Json}}`;
  return { payload: JSON.parse(payloadJson), payloadJson, depth: 1, path };
}

/** How data in binary mode becomes JSON. */
type DataKind = 'json' | 'text' | 'bytes';

const json = /^[^/;\s]+\/(?:[^/;\s]+\+)?json$/;
const charset = /;\s*charset\s*=\s*"?([^";\s]+)/;
const utf8Names = ['utf-8', 'utf8', 'us-ascii'];

/**
 * The kind of data that a content type declares: JSON, which is also the default of the JSON format, text
 * (`text/*`), or bytes. Data in another encoding than UTF-8 is bytes.
 */
export function dataKindOf(contentType = 'application/json'): DataKind {
  const lower = contentType.toLowerCase();
  const type = lower.split(';', 1).join().trim();
  const [, encoding = 'utf-8'] = charset.exec(lower) ?? [];
  if (!utf8Names.includes(encoding)) return 'bytes';
  if (json.test(type)) return 'json';
  return type.startsWith('text/') ? 'text' : 'bytes';
}

/** Base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(pieces.join(''));
}

/** A Kafka record, byte for byte. */
export interface SourceRecord {
  /** Decimal. */
  readonly offset: string;
  /** Milliseconds since 1970, decimal. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: SourceHeaders | undefined;
}

type HeaderValue = Buffer | string | undefined | null;
export type SourceHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;

/** A record that cannot be stored as an event, with the reason. */
export interface DeadLetter {
  readonly record: SourceRecord;
  /** One of the closed list of `@pipeline/schema`. */
  readonly reason: string;
  /** The record's `event_type` if it could be read. */
  readonly eventType: string | null;
  /** The error message; contains no value of the event. */
  readonly detail: string;
  /** Null unless Postgres rejected the record. */
  readonly sqlstate: string | null;
  readonly redriveCount: number;
}

type StoredHeader = string | null | { readonly base64: string };

/**
 * Encodes headers as JSON: a string if the bytes are UTF-8 that jsonb can hold, otherwise `{"base64": …}`; an
 * array if a name is repeated.
 */
export function headersToJson(headers: SourceHeaders = {}): string {
  const entries = Object.entries(headers).map(([name, value]) => [
    /\0|^base64:/.test(name) ? `base64:${Buffer.from(name).toString('base64')}` : name,
    Array.isArray(value) ? value.map(storeHeader) : storeHeader(value as HeaderValue),
  ]);
  return JSON.stringify(Object.fromEntries(entries));
}

function storeHeader(value: HeaderValue): StoredHeader {
  if (value === null || value === undefined) return null;
  const bytes = Buffer.from(value as Buffer);
  const text = bytes.toString('utf8');
  const isText = !text.includes('\0') && Buffer.from(text).equals(bytes);
  return isText ? text : { base64: bytes.toString('base64') };
}

/** Decodes the JSON of `headersToJson`; values become buffers. */
export function headersFromJson(stored: Readonly<Record<string, unknown>>): SourceHeaders {
  const entries = Object.entries(stored).map(([name, value]) => [
    restoreName(name),
    Array.isArray(value) ? value.map(restoreHeader) : restoreHeader(value),
  ]);
  return Object.fromEntries(entries);
}

function restoreName(name: string): string {
  return name.startsWith('base64:') ? Buffer.from(name.slice(7), 'base64').toString('utf8') : name;
}

function restoreHeader(value: unknown): Buffer | null {
  if (typeof value === 'string') return Buffer.from(value);
  if (typeof value !== 'object' || value === null || !('base64' in value)) return null;
  return Buffer.from(String(value.base64), 'base64');
}

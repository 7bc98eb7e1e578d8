import type { Reason } from '@pipeline/schema';

/** A Kafka record, byte for byte. */
export interface SourceRecord {
  /** Decimal. */
  readonly offset: string;
  /** Milliseconds since 1970, decimal. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: SourceHeaders | undefined;
  /** Epoch of the leader that appended it. */
  readonly leaderEpoch?: number | undefined;
}

/** Headers in their order; names may repeat, and one that is not UTF-8 is a Buffer. */
export type SourceHeaders = readonly SourceHeader[];
export type SourceHeader = readonly [name: string | Buffer, value: Buffer | string | null];

/** A record that cannot be stored as an event, with the reason. */
export interface DeadLetter {
  readonly record: SourceRecord;
  readonly reason: Reason;
  /** The record's `event_type` if it could be read. */
  readonly eventType: string | null;
  /** The error message; contains no value of the event. */
  readonly detail: string;
  /** Null unless Postgres rejected the record. */
  readonly sqlstate: string | null;
  readonly redriveCount: number;
}

type StoredHeader = string | null | { readonly base64: string };

/** The member of the stored headers that lists their names in order, if jsonb would return them in another one. */
const ORDER = 'dlq.header_order';

/**
 * Encodes headers as a JSON object: a value is a string if its bytes are UTF-8 that jsonb can hold, otherwise
 * `{"base64": …}`, and an array if its name is repeated.
 */
export function headersToJson(headers: SourceHeaders = []): string {
  if (headers.length === 0) return '{}';
  const names = headers.map(([name]) => storeName(name));
  const groups = Map.groupBy(headers, ([name]) => storeName(name));
  const stored = [...groups].map(([name, group]) => {
    const values = group.map(([, value]) => storeValue(value));
    return [name, values.length === 1 ? values[0] : values];
  });
  const sorted = inOrderOfJsonb([...groups.keys()]).flatMap(
    (name) => groups.get(name)?.map(() => name) ?? [],
  );
  const order = sorted.every((name, index) => name === names[index]) ? [] : [[ORDER, names]];
  return JSON.stringify(Object.fromEntries([...stored, ...order]));
}

/** jsonb orders the members of an object by the length of their names in bytes, then by their bytes. */
function inOrderOfJsonb(names: readonly string[]): readonly string[] {
  return names
    .map((name) => Buffer.from(name))
    .sort((a, b) => a.length - b.length || Buffer.compare(a, b))
    .map(String);
}

function storeName(name: string | Buffer): string {
  if (typeof name === 'string' && !/\0|^base64:/.test(name) && name !== ORDER) return name;
  return `base64:${Buffer.from(name).toString('base64')}`;
}

function storeValue(value: Buffer | string | null): StoredHeader {
  if (value === null) return null;
  const bytes = Buffer.from(value);
  return textOf(bytes) ?? { base64: bytes.toString('base64') };
}

/** The text that bytes encode; undefined if they are not UTF-8 that jsonb can hold. */
function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  return !text.includes('\0') && Buffer.from(text).equals(bytes) ? text : undefined;
}

/** Decodes the JSON of `headersToJson`; values become buffers. */
export function headersFromJson(stored: Readonly<Record<string, unknown>>): SourceHeaders {
  const { [ORDER]: order, ...members } = stored;
  const left = new Map(Object.entries(members).map(([name, value]) => [name, [value].flat()]));
  const sorted = inOrderOfJsonb([...left.keys()]).flatMap((name) => left.get(name)?.map(() => name) ?? []);
  const names = Array.isArray(order) ? order.map(String) : sorted;
  return names.map((name) => [restoreName(name), restoreValue(left.get(name)?.shift())]);
}

function restoreName(name: string): string | Buffer {
  if (!name.startsWith('base64:')) return name;
  const bytes = Buffer.from(name.slice(7), 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : bytes;
}

function restoreValue(value: unknown): Buffer | null {
  if (typeof value === 'string') return Buffer.from(value);
  if (typeof value !== 'object' || value === null || !('base64' in value)) return null;
  return Buffer.from(String(value.base64), 'base64');
}

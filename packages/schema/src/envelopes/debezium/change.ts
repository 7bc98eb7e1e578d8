import { createLocator } from '../../locate/locate.ts';
import { scalarText } from '../../locate/scalar-text.ts';
import { type Rejection, reject } from '../../reasons.ts';
import type { NoEvent } from '../envelope.ts';
import { isObject } from '../json-object.ts';
import { noEvent } from '../no-event.ts';
import { type Source, sourceMembers } from './source.ts';

/** A change of a row, as Debezium writes it. */
export interface Change {
  readonly ok: true;
  /** The change event's JSON, without the wrapper of a converter with `schemas.enable`. */
  readonly json: string;
  readonly value: unknown;
  /** JSON Pointer of the change event in the record's value: '' or '/payload'. */
  readonly path: string;
  readonly operation: string;
  readonly source: Source;
  /** JSON of the row before and after; undefined if it is absent or null. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** JSON of MongoDB's description of an update. */
  readonly updateDescription: string | undefined;
  /** The change's number in its transaction, if `provide.transaction.metadata` is on. */
  readonly order: string | undefined;
  /** When the connector processed the change, in ms since 1970. */
  readonly processed: string | undefined;
}

/** A JSON document without the members `schema` and `payload` of a converter around it. */
interface Unwrapped {
  readonly json: string;
  readonly value: unknown;
  readonly path: '' | '/payload';
}

/** Create, update, delete, read (a row of a snapshot), truncate. */
export const operations = ['c', 'u', 'd', 'r', 't'];

const locatePayload = createLocator([['payload']]);
const locateParts = createLocator([
  ...[['before'], ['after'], ['updateDescription'], ['transaction', 'total_order'], ['ts_ms']],
  ...sourceMembers.map((name) => ['source', name]),
]);

/**
 * Reads a change event. Records of Debezium that describe neither a row nor a schema are no events: tombstones,
 * heartbeats, and the transaction boundaries that `provide.transaction.metadata` writes.
 */
export function readChange(document: string, parsed: unknown): Change | Rejection | NoEvent {
  const unwrapped = unwrap(document, parsed);
  const { value, path } = unwrapped;
  if (value === null && path !== '') return noEvent('is a tombstone');
  if (!isObject(value)) return reject('not_an_event', 'must be an object', path);
  if (isHeartbeat(value)) return noEvent('is a heartbeat');
  if (isTransactionBoundary(value)) return noEvent('is the boundary of a transaction');
  if ('ddl' in value || 'tableChanges' in value)
    return reject('not_an_event', 'is a schema change, not the change of a row', path);
  const { op } = value;
  if (typeof op !== 'string' || !operations.includes(op))
    return reject('not_an_event', `must be one of ${operations.join(', ')}`, `${path}/op`);
  const { json } = unwrapped;
  return { ok: true, json, value, path, operation: op, ...readParts(json) };
}

/** Removes the wrapper of a converter with `schemas.enable`, if there is one. */
export function unwrap(json: string, value: unknown): Unwrapped {
  if (!isWrapper(value)) return { json, value, path: '' };
  const [span] = locatePayload(json).spans;
  return { json: json.slice(span?.start, span?.end), value: value['payload'], path: '/payload' };
}

/** Exactly a schema and a payload; a key may have a column with one of these names. */
function isWrapper(value: unknown): value is Members {
  if (!isObject(value) || Object.keys(value).sort().join() !== 'payload,schema') return false;
  return value['schema'] === null || isObject(value['schema']);
}

type Members = Readonly<Record<string, unknown>>;

function isHeartbeat(members: Members): boolean {
  return Object.keys(members).join() === 'ts_ms';
}

function isTransactionBoundary({ op, status, id }: Members): boolean {
  return op === undefined && (status === 'BEGIN' || status === 'END') && typeof id === 'string';
}

function readParts(json: string) {
  const [before, after, updateDescription, order, processed, ...source] = locateParts(json).spans;
  const textOf = (span: typeof before) => {
    const text = span === undefined ? 'null' : json.slice(span.start, span.end);
    return text === 'null' ? undefined : text;
  };
  return {
    before: textOf(before),
    after: textOf(after),
    updateDescription: textOf(updateDescription),
    order: scalarText(json, order),
    processed: scalarText(json, processed),
    source: Object.fromEntries(sourceMembers.map((name, index) => [name, scalarText(json, source[index])])),
  };
}

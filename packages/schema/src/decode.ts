import { envelope } from './envelope.ts';
import type { Reason, Rejection } from './reasons.ts';
import { type Event, type EventOf, eventTypes, type Registry } from './registry.ts';
import { scanPayload } from './scan-payload.ts';
import { compileValidator, type Validate } from './validate.ts';

/** An event that was decoded, and the text of its payload to the letter. */
export interface Decoded<AnyEvent = Event> {
  readonly ok: true;
  readonly event: AnyEvent;
  readonly payloadJson: string;
}

export type DecodeResult<AnyEvent = Event> = Decoded<AnyEvent> | Rejection;

export interface DecodeLimits {
  /** Bytes of a record; defaults to 1,000,000. */
  readonly maxBytes?: number;
  /** Levels of objects and arrays in a payload, itself included; defaults to 64. */
  readonly maxDepth?: number;
}

const DEFAULT_MAX_BYTES = 1_000_000;
const DEFAULT_MAX_DEPTH = 64;

const validateEnvelope = compileValidator(envelope);

/** Throws on bytes that are not UTF-8; a byte order mark stays, and is not JSON. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Turns bytes into an event of the registered types, or says what is wrong with them. Never throws, whatever the bytes. */
export const decodeEvent = createDecoder(eventTypes);

/** A decoder of the event types of one's own. @throws Error when a schema is wrong */
export function createDecoder<Types extends Registry>(types: Types) {
  const validators = new Map(Object.entries(types).map(([name, schema]) => [name, compileValidator(schema)]));
  return (bytes: Uint8Array | null, limits: DecodeLimits = {}): DecodeResult<EventOf<Types>> => {
    const parsed = parseBytes(bytes, limits.maxBytes ?? DEFAULT_MAX_BYTES);
    if (!parsed.ok) return parsed;
    const rejection = checkEvent(parsed.value, validators);
    if (rejection !== undefined) return rejection;
    const payload = scanPayload(parsed.text);
    if (payload.depth > (limits.maxDepth ?? DEFAULT_MAX_DEPTH)) return rejectDepth(parsed.value as AnyEvent);
    return { ok: true, event: parsed.value as EventOf<Types>, payloadJson: payload.json };
  };
}

interface Parsed {
  readonly ok: true;
  readonly text: string;
  readonly value: unknown;
}

function parseBytes(bytes: Uint8Array | null, maxBytes: number): Parsed | Rejection {
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

/** What the envelope has checked. */
interface AnyEvent {
  readonly event_type: string;
  readonly payload: unknown;
}

function checkEvent(value: unknown, validators: ReadonlyMap<string, Validate>): Rejection | undefined {
  const problem = validateEnvelope(value);
  if (problem !== undefined) return reject('not_an_event', problem.message, problem.path);
  const { event_type: type, payload } = value as AnyEvent;
  const validatePayload = validators.get(type);
  if (validatePayload === undefined)
    return reject('unknown_event_type', 'is not registered', '/event_type', type);
  const payloadProblem = validatePayload(payload);
  if (payloadProblem === undefined) return undefined;
  return reject('invalid_payload', payloadProblem.message, `/payload${payloadProblem.path}`, type);
}

function rejectDepth({ event_type }: AnyEvent): Rejection {
  return reject('invalid_payload', 'is nested too deeply', '/payload', event_type);
}

function reject(reason: Reason, message: string, path = '', eventType: string | null = null): Rejection {
  return { ok: false, reason, message, path, eventType };
}

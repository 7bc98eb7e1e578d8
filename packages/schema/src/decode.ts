import { envelope, typePattern } from './envelope.ts';
import { parseBytes } from './parse.ts';
import { type Rejection, reject } from './reasons.ts';
import { type Event, type EventOf, eventTypes, type Registry } from './registry.ts';
import { scanPayload } from './scan-payload.ts';
import { compileValidator, type Validate } from './validate.ts';

/** A valid event, and the text of its payload, verbatim. */
export interface Decoded<AnyEvent = Event> {
  readonly ok: true;
  readonly event: AnyEvent;
  readonly payloadJson: string;
}

export type DecodeResult<AnyEvent = Event> = Decoded<AnyEvent> | Rejection;

export interface DecodeLimits {
  /** Maximum size of a record's value in bytes. Defaults to 1,000,000. */
  readonly maxBytes?: number;
  /** Maximum nesting depth of objects and arrays, the payload itself included. Defaults to 64. */
  readonly maxDepth?: number;
}

const DEFAULT_MAX_BYTES = 1_000_000;
const DEFAULT_MAX_DEPTH = 64;

const typeName = new RegExp(typePattern);
const validateEnvelope = compileValidator(envelope);

/** Decodes and validates an event of a registered type. Returns a `Rejection` instead of throwing. */
export const decodeEvent = createDecoder(eventTypes);

/**
 * Creates a decoder for custom event types.
 * @throws Error if a schema is invalid, or if a type name does not match `typePattern`
 */
export function createDecoder<Types extends Registry>(types: Types) {
  const validators = compileTypes(types);
  return (bytes: Uint8Array | null, limits: DecodeLimits = {}): DecodeResult<EventOf<Types>> => {
    const parsed = parseBytes(bytes, limits.maxBytes ?? DEFAULT_MAX_BYTES);
    if (!parsed.ok) return parsed;
    const problem = validateEnvelope(parsed.value);
    if (problem !== undefined)
      return reject('not_an_event', problem.message, problem.path, readType(parsed.value));
    const payload = scanPayload(parsed.text);
    const maxDepth = limits.maxDepth ?? DEFAULT_MAX_DEPTH;
    const rejection = checkPayload(parsed.value as AnyEvent, payload.depth, maxDepth, validators);
    if (rejection !== undefined) return rejection;
    return { ok: true, event: parsed.value as EventOf<Types>, payloadJson: payload.json };
  };
}

type Validators = ReadonlyMap<string, Validate>;

function compileTypes(types: Registry): Validators {
  const wrong = Object.keys(types).find((name) => !isTypeName(name));
  if (wrong !== undefined) throw new Error(`invalid event type name ${wrong}: it must match ${typePattern}`);
  return new Map(Object.entries(types).map(([name, schema]) => [name, compileValidator(schema)]));
}

function isTypeName(name: unknown): name is string {
  return typeof name === 'string' && typeName.test(name);
}

/** The `event_type` of a value that failed validation, if it is a valid type name. */
function readType(value: unknown): string | null {
  const type = typeof value === 'object' && value !== null && 'event_type' in value ? value.event_type : null;
  return isTypeName(type) ? type : null;
}

/** An event whose envelope is valid and whose payload is not validated yet. */
interface AnyEvent {
  readonly event_type: string;
  readonly payload: unknown;
}

/** Checks the depth before the schema, because validating a recursive schema recurses. */
function checkPayload(
  { event_type: type, payload }: AnyEvent,
  depth: number,
  maxDepth: number,
  validators: Validators,
): Rejection | undefined {
  const validate = validators.get(type);
  if (validate === undefined) return reject('unknown_event_type', 'is not registered', '/event_type', type);
  if (depth > maxDepth)
    return reject('invalid_payload', `is nested more than ${maxDepth} levels deep`, '/payload', type);
  const problem = validate(payload);
  if (problem === undefined) return undefined;
  return reject('invalid_payload', problem.message, `/payload${problem.path}`, type);
}

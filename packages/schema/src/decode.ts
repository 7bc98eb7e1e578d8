import type { EventDefinition } from './definition/definition.ts';
import { type Event, shopEvents } from './definition/shop-events.ts';
import {
  type AnyEvent,
  DEFAULT_MAX_DEPTH,
  type DecodeLimits,
  type Found,
  type NoEvent,
  type Place,
  type SourceRecord,
} from './envelopes/envelope.ts';
import { type Rejection, reject } from './reasons.ts';
import type { Validate } from './validate.ts';

/** A valid event, and the text of its payload, verbatim. */
export interface Decoded<OneEvent = Event> {
  readonly ok: true;
  readonly event: OneEvent;
  readonly payloadJson: string;
  /** A JSON object of the record's members outside the definition's mapping; unset if there are none. */
  readonly attributesJson?: string;
}

export type DecodeResult<OneEvent = Event> = Decoded<OneEvent> | Rejection;

/**
 * Decodes and validates a record. Never throws.
 * @param place the record's partition, which some event ids are derived from
 */
export type Decode<OneEvent = AnyEvent> = (
  record: SourceRecord,
  place?: Place,
  limits?: DecodeLimits,
) => DecodeResult<OneEvent> | NoEvent;

const nowhere: Place = { topic: '', partition: 0 };
const noLimits: DecodeLimits = {};

const decodeShopEvent = createDecoder(shopEvents);

/** Decodes and validates an event of a built-in type. Returns a `Rejection` instead of throwing. */
export function decodeEvent(bytes: Uint8Array | null, limits?: DecodeLimits): DecodeResult {
  return decodeShopEvent({ value: bytes }, nowhere, limits) as DecodeResult;
}

/** Creates a decoder of a definition's events. */
export function createDecoder<Definition extends EventDefinition = typeof shopEvents>(
  definition: Definition,
): Decode<Event<Definition>> {
  const { envelope, unknownTypes } = definition;
  const validators = new Map(Object.entries(definition.validators));
  const storesUnknown = unknownTypes === 'store';
  return (record, place = nowhere, limits = noLimits) => {
    const found = envelope.open(record, place, limits);
    if (!found.ok) return found;
    const validate = validators.get(found.event.event_type);
    const rejection =
      validate === undefined && !storesUnknown
        ? rejectType(found)
        : checkPayload(found, limits.maxDepth ?? DEFAULT_MAX_DEPTH, validate);
    return rejection ?? toDecoded(found);
  };
}

function rejectType({ typePath, event }: Found): Rejection {
  return reject('unknown_event_type', 'is not registered', typePath, event.event_type);
}

/** Checks the depth before the schema, because validating a recursive schema recurses. */
function checkPayload(
  { event, depth, payloadPath }: Found,
  maxDepth: number,
  validate: Validate | undefined,
): Rejection | undefined {
  const { event_type: type, payload } = event;
  if (depth > maxDepth)
    return reject('invalid_payload', `is nested more than ${maxDepth} levels deep`, payloadPath, type);
  const problem = validate?.(payload);
  if (problem === undefined) return undefined;
  return reject('invalid_payload', problem.message, `${payloadPath}${problem.path}`, type);
}

function toDecoded<OneEvent>({ event, payloadJson, attributesJson }: Found): Decoded<OneEvent> {
  const known = event as OneEvent;
  if (attributesJson === null) return { ok: true, event: known, payloadJson };
  return { ok: true, event: known, payloadJson, attributesJson };
}

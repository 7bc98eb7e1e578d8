import {
  type AnyEvent,
  createDecoder,
  type DecodeLimits,
  type DecodeResult,
  type EventDefinition,
  type NoEvent,
  type Place,
  type SourceRecord,
} from '@pipeline/schema';

/** Decodes a record of a partition. */
type Decode = (record: SourceRecord, place: Place) => DecodeResult<AnyEvent> | NoEvent;

/** Enough to find a producer or a schema that is missing. */
const MAX_TYPES = 1_000;

/** Decodes records as the consumer does: within its limits, and reporting a limited number of unregistered types. */
export function createLimitedDecoder(definition: EventDefinition, limits: DecodeLimits): Decode {
  const decode = createDecoder(definition);
  return limitUnknownTypes((record, place) => decode(record, place, limits));
}

/**
 * Limits the number of unregistered event types that a process reports: dead letters are counted by type, and
 * producers choose the names. The type of further ones is null; their bytes still have it.
 */
export function limitUnknownTypes(decode: Decode, maxTypes = MAX_TYPES): Decode {
  const seen = new Set<string | null>();
  return (record, place) => {
    const result = decode(record, place);
    if (result.ok || result.reason !== 'unknown_event_type') return result;
    if (seen.size < maxTypes) seen.add(result.eventType);
    return seen.has(result.eventType) ? result : { ...result, eventType: null };
  };
}

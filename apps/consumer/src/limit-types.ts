import type { Decode } from './triage.ts';

/** Enough to find a producer or a schema that is missing. */
const MAX_TYPES = 1_000;

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

import type { EventDefinition } from '../definition/definition.ts';
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_DEPTH, type DecodeLimits } from '../envelopes/envelope.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import { createEventReader, type ReadEvent } from './event-reader.ts';
import { layoutOf } from './layout.ts';
import { compileTypes } from './types.ts';

/**
 * Accepts an ordinary event without parsing it: with known members, and without escapes or white space other than
 * spaces. Returns undefined for any other record, which `createDecoder` judges. Never rejects, and never accepts what
 * the decoder would not. The result is valid until the next call.
 * @param value a record's value, or what contains it
 * @param start where the value starts; defaults to 0
 * @param end where it ends; defaults to the end of `value`
 */
export type Accept = (value: Uint8Array | null, start?: number, end?: number) => AcceptedEvent | undefined;

/** Creates an `Accept` for a definition; it accepts nothing if the definition is not simple enough. */
export function createAccept(definition: EventDefinition, limits: DecodeLimits = {}): Accept {
  const read = createReader(definition, limits);
  if (read === undefined) return () => undefined;
  const tryRead = trying(read);
  return (value, start = 0, end = value?.length ?? 0) =>
    value === null ? undefined : tryRead(value, start, end);
}

/** Creates a reader of a definition's events; undefined if the definition is not simple enough. */
export function createReader(
  definition: EventDefinition,
  { maxBytes = DEFAULT_MAX_BYTES, maxDepth = DEFAULT_MAX_DEPTH }: DecodeLimits,
): ReadEvent | undefined {
  const layout = layoutOf(definition.envelope);
  const types = layout === undefined ? [] : compileTypes(definition, layout, maxDepth);
  return layout && types.length > 0 ? createEventReader(layout, types, { maxBytes, maxDepth }) : undefined;
}

/** Number of events in a row that are not accepted after which only one of as many is tried. */
const PATIENCE = 64;

/** Spends nearly nothing on a topic whose events are never ordinary. */
function trying(read: ReadEvent): ReadEvent {
  let misses = 0;
  return (bytes, start, end) => {
    const isTried = misses < PATIENCE || misses % PATIENCE === 0;
    const event = isTried ? read(bytes, start, end) : undefined;
    misses = event === undefined ? misses + 1 : 0;
    return event;
  };
}

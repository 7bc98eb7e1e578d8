import type { DecodeLimits } from '../envelopes/envelope.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import type { Layout } from './layout.ts';
import { compileParts, createReading } from './parts.ts';
import { noType, type ReadableType } from './types.ts';

/** Reads an event in a record's value, which is a range of bytes; undefined if only the decoder can. */
export type ReadEvent = (bytes: Uint8Array, start: number, end: number) => AcceptedEvent | undefined;

/** Creates a function that reads the events of a layout. */
export function createEventReader(
  layout: Layout,
  types: readonly ReadableType[],
  { maxBytes, maxDepth }: Required<DecodeLimits>,
): ReadEvent {
  const event = createReading();
  const initialType = constantOf(layout, types);
  const step = compileParts(layout, types, event, maxDepth);
  return (bytes, start, end) => {
    if (end - start > maxBytes) return undefined;
    event.bytes = bytes;
    event.type = initialType;
    event.userStart = -1;
    if (event.others.length > 0) event.others.length = 0;
    if (step(bytes, start) !== end) return undefined;
    const { isChecked, type, payloadStart, payloadEnd } = event;
    return isChecked || type.payload(bytes, payloadStart) === payloadEnd ? event : undefined;
  };
}

function constantOf({ type }: Layout, types: readonly ReadableType[]): ReadableType {
  return ('constant' in type && types.find(({ name }) => name === type.constant)) || noType;
}

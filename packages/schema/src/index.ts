export { createDecoder, type Decoded, type DecodeLimits, type DecodeResult, decodeEvent } from './decode.ts';
export { encodeEvent, eventKey } from './encode.ts';
export { type Envelope, envelope } from './envelope.ts';
export {
  createEventMakers,
  type EventFields,
  type EventMakers,
  type EventSource,
  events,
} from './event-makers.ts';
export { eventJsonSchema, toJsonSchema } from './json-schema.ts';
export { type Reason, type Rejection, reasons } from './reasons.ts';
export { type Event, type EventOf, type EventType, eventTypes, type Registry } from './registry.ts';

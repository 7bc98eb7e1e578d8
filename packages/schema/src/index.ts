export * as Type from '@sinclair/typebox/type';
export { type Accept, createAccept } from './accept/accept.ts';
export type { AcceptedEvent, AcceptedType } from './accept/accepted-event.ts';
export { createDecoder, type Decode, type Decoded, type DecodeResult, decodeEvent } from './decode.ts';
export {
  DefinitionError,
  type DefinitionParts,
  defineEvents,
  eventType,
  type NamedType,
  type TypeOptions,
} from './definition/define-events.ts';
export type { EventDefinition, EventOf, Registry, UnknownTypes } from './definition/definition.ts';
export { createEncoder, encode } from './definition/encode-record.ts';
export { findDefinitionBreaks } from './definition/find-breaks.ts';
export { renderSchemaFiles } from './definition/schema-files.ts';
export { type Event, shopEvents } from './definition/shop-events.ts';
export { encodeEvent, eventKey } from './encode.ts';
export { cloudEvents } from './envelopes/cloudevents/cloudevents.ts';
export type { CloudEventsOptions } from './envelopes/cloudevents/options.ts';
export { type ConfluentOptions, confluentJson } from './envelopes/confluent.ts';
export { debezium } from './envelopes/debezium/debezium.ts';
export type { DebeziumOptions } from './envelopes/debezium/options.ts';
export type {
  AnyEvent,
  DecodeLimits,
  EncodedRecord,
  Envelope,
  Found,
  NoEvent,
  Place,
  SourceHeaders,
  SourceRecord,
} from './envelopes/envelope.ts';
export type {
  FieldMapping,
  FieldSource,
  OtherMembers,
  TimeSource,
  TimeUnit,
} from './envelopes/field-source.ts';
export { fields } from './envelopes/fields.ts';
export { type NativeOptions, nativeEnvelope } from './envelopes/native.ts';
export {
  createEventMakers,
  type EventFields,
  type EventMakers,
  type EventSource,
  events,
} from './event-makers.ts';
export { eventJsonSchema, toJsonSchema } from './json-schema.ts';
export { type Reason, type Rejection, reasons } from './reasons.ts';
export { type EventType, eventTypes } from './registry.ts';
export { count, max, min, type RollupBuilder, sum } from './rollups/declare-rollup.ts';
export { deriveRollups } from './rollups/derive-rollups.ts';
export type { Aggregate, DeclaredRollup, Dimension, Rollup } from './rollups/rollup.ts';
export { dateTime, type TDateTime } from './time/date-time-schema.ts';
export { type CreateCompiler, compileValidator, type Validate } from './validate.ts';
export { deriveViews, type EnvelopeColumn } from './views/derive-views.ts';
export type { Row } from './views/row.ts';
export type { ColumnType, EventView, ViewColumn } from './views/view.ts';

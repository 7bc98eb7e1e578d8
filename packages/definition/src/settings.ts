import { custom, integer, optionalOneOf, optionalText } from '@pipeline/runtime';
import type { FieldMapping } from '@pipeline/schema';

const envelopeNames = ['native', 'cloudevents', 'debezium', 'confluent-json'] as const;

/** An envelope that needs no options. */
export type EnvelopeName = (typeof envelopeNames)[number];

/** The name of an envelope, or the argument of `fields`, which checks it. */
export type EnvelopeChoice = EnvelopeName | FieldMapping;

/** Settings of the definition of events. */
export const eventSettings = {
  EVENTS: optionalText(
    'Path of the definition of your own events: a module (.ts, .js, .mjs) or a folder of JSON Schemas',
    { shownDefault: 'the built-in definition' },
  ),
  EVENTS_ENVELOPE: custom<EnvelopeChoice | undefined>(
    undefined,
    'Envelope of the events whose payloads a folder of JSON Schemas describes',
    `${envelopeNames.join(', ')}, or a JSON object, the argument of fields()`,
    (text) => envelopeNames.find((name) => name === text) ?? parseObject(text),
    { shownDefault: 'native' },
  ),
  EVENTS_UNKNOWN_TYPES: optionalOneOf(
    ['dead-letter', 'store'],
    'What to do with events of a type without a schema in the folder',
    { shownDefault: 'dead-letter' },
  ),
};

/** Settings of the limits of an event, which a program that decodes records shares with the consumers. */
export const eventLimitSettings = {
  EVENT_MAX_BYTES: integer(1_000_000, 'Maximum size of a record; a larger one becomes a dead letter', [
    100,
    16 << 20,
  ]),
  EVENT_MAX_DEPTH: integer(
    64,
    'Maximum nesting depth of an event; a deeper one becomes a dead letter',
    [4, 1_000],
  ),
};

function parseObject(text: string): FieldMapping | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as FieldMapping) : undefined;
  } catch {
    return undefined;
  }
}

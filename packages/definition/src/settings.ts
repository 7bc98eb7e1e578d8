import { custom, optionalOneOf, optionalText } from '@pipeline/runtime';
import { type EnvelopeChoice, envelopeNames, parseEnvelope } from './envelope.ts';

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
    parseEnvelope,
    { shownDefault: 'native' },
  ),
  EVENTS_UNKNOWN_TYPES: optionalOneOf(
    ['dead-letter', 'store'],
    'What to do with events of a type without a schema in the folder',
    { shownDefault: 'dead-letter' },
  ),
};

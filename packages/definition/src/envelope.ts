import {
  cloudEvents,
  confluentJson,
  debezium,
  type Envelope,
  type FieldMapping,
  fields,
  nativeEnvelope,
} from '@pipeline/schema';

const envelopes = {
  native: () => nativeEnvelope(),
  cloudevents: () => cloudEvents(),
  debezium: () => debezium(),
  'confluent-json': () => confluentJson(),
} as const;

type EnvelopeName = keyof typeof envelopes;

/** The name of an envelope, or the argument of `fields`. */
export type EnvelopeChoice = EnvelopeName | FieldMapping;

/** The envelopes that have a name. */
export const envelopeNames = Object.keys(envelopes) as readonly EnvelopeName[];

/** Reads a choice; undefined if the text is none. `fields` checks its argument itself. */
export function parseEnvelope(text: string): EnvelopeChoice | undefined {
  return envelopeNames.find((name) => name === text) ?? parseObject(text);
}

function parseObject(text: string): FieldMapping | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as FieldMapping) : undefined;
  } catch {
    return undefined;
  }
}

/** Creates the chosen envelope. */
export function createEnvelope(choice: EnvelopeChoice = 'native'): Envelope {
  return typeof choice === 'string' ? envelopes[choice]() : fields(choice);
}

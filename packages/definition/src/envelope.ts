import {
  cloudEvents,
  confluentJson,
  debezium,
  type Envelope,
  fields,
  nativeEnvelope,
} from '@pipeline/schema';
import type { EnvelopeChoice, EnvelopeName } from './settings.ts';

const envelopes: Readonly<Record<EnvelopeName, () => Envelope>> = {
  native: () => nativeEnvelope(),
  cloudevents: () => cloudEvents(),
  debezium: () => debezium(),
  'confluent-json': () => confluentJson(),
};

/** Creates the chosen envelope. */
export function createEnvelope(choice: EnvelopeChoice = 'native'): Envelope {
  return typeof choice === 'string' ? envelopes[choice]() : fields(choice);
}

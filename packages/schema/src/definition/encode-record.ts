import { createDecoder } from '../decode.ts';
import type { EncodedRecord } from '../envelopes/envelope.ts';
import type { EventDefinition } from './definition.ts';
import type { Event } from './shop-events.ts';

/**
 * Writes an event as the record that the definition's envelope reads. Does not validate it.
 * @throws TypeError if the envelope cannot be written, or the payload cannot be serialized as JSON
 */
export function encode<Definition extends EventDefinition>(
  { envelope }: Definition,
  event: Event<NoInfer<Definition>>,
): EncodedRecord {
  if (envelope.encode === undefined) throw new TypeError(`the ${envelope.name} envelope cannot be written`);
  return envelope.encode(event);
}

/**
 * Creates a function that writes the events of a definition as records, like `encode`, but rejects what a
 * consumer would reject. It throws a TypeError then.
 * @param topic needed only if the definition reads the event type from it
 */
export function createEncoder<Definition extends EventDefinition>(
  definition: Definition,
  topic = '',
): (event: Event<Definition>) => EncodedRecord {
  const decode = createDecoder(definition);
  return (event) => {
    const record = encode(definition, event);
    const result = decode({ timestamp: '0', ...record }, { topic, partition: 0 });
    if (!result.ok) throw new TypeError(`${result.reason ?? 'no event'}: ${result.path} ${result.message}`);
    return record;
  };
}

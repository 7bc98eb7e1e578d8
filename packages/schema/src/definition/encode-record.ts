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

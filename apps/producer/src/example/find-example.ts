import { createHash } from 'node:crypto';
import { UserError } from '@pipeline/runtime';
import {
  type AnyEvent,
  createDecoder,
  type EncodedRecord,
  type EventDefinition,
  encode,
} from '@pipeline/schema';
import { exampleValue } from './example-value.ts';
import { resolveIn } from './resolve-in.ts';

/** Number of alternatives of a schema to try. */
const MAX_CHOICES = 8;

/**
 * The value of a valid record of a type: made from its schema, and then decoded.
 * @throws UserError if none is found
 */
export function findExample(definition: EventDefinition, type: string): string {
  const choice = findChoice(definition, type);
  return Buffer.from(makeExample(definition, type, choice, exampleFields(type)).value).toString();
}

/**
 * The first choice among the alternatives of a type's schema that makes a valid record.
 * @throws UserError if none is found
 */
export function findChoice(definition: EventDefinition, type: string): number {
  const decode = createDecoder(definition);
  let problem = '';
  for (let choice = 0; choice < MAX_CHOICES; choice++) {
    try {
      const { value } = makeExample(definition, type, choice, exampleFields(type));
      const result = decode({ value, offset: '0', timestamp: '0' });
      if (result.ok) return choice;
      problem = `${result.path} ${result.message}`;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  const remedy = 'take a record of your topic, and check it with producer --check';
  throw new UserError(`found no example of ${type}: ${problem.trim()}`, remedy);
}

/** The fields of an event that its schema does not describe. */
type ExampleFields = Pick<AnyEvent, 'event_id' | 'event_time' | 'user_id'>;

const exampleFields = (type: string): ExampleFields => ({
  event_id: exampleId(type),
  event_time: '2026-01-01T00:00:00Z',
  user_id: 'user-1',
});

/**
 * A record of a type, which may be invalid.
 * @param choice which alternatives of the schema to take; texts and numbers differ too, if they may
 * @throws Error if the schema has no simple example; TypeError if the envelope cannot be written
 */
export function makeExample(
  definition: EventDefinition,
  type: string,
  choice: number,
  fields: ExampleFields,
): EncodedRecord {
  const schema = definition.types[type];
  const payload = exampleValue(schema, { choice, resolve: (ref) => resolveIn(schema, ref) });
  return encode(definition, { ...fields, event_type: type, payload: payload as Readonly<unknown> });
}

/** A UUID of its own for each type, so that the examples of two types are two events. */
function exampleId(type: string): string {
  const hex = createHash('sha256').update(type).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

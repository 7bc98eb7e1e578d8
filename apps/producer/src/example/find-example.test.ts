import { createDecoder, defineEvents, eventType, fields, shopEvents, Type } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { findExample } from './find-example.ts';

const ownEvents = defineEvents({
  envelope: fields({
    id: '/order/id',
    type: '/kind',
    time: { pointer: '/at', unit: 'ms' },
    payload: '/order',
  }),
  types: [
    eventType('order.placed', Type.Object({ id: Type.String(), amount: Type.Number({ minimum: 1 }) })),
    eventType(
      'order.paid',
      Type.Object({ by: Type.Union([Type.String({ pattern: '^(a)\\1$' }), Type.Literal('card')]) }),
    ),
  ],
});

test.each([
  ['the built-in definition', shopEvents],
  ['a definition of fields', ownEvents],
])('the examples of %s are valid, different, and always the same', (_, definition) => {
  const types = Object.keys(definition.types);
  const decode = createDecoder(definition);
  const results = types.map((type) =>
    decode({ value: Buffer.from(findExample(definition, type)), timestamp: '0' }),
  );
  expect(results.map((result) => result.ok && result.event.event_type)).toEqual(types);
  expect(new Set(results.map((result) => result.ok && result.event.event_id)).size).toBe(types.length);
  for (const type of types) expect(findExample(definition, type)).toBe(findExample(definition, type));
});

test.each([
  [
    'a pattern',
    Type.Object({ a: Type.String({ pattern: '^(a)\\1$' }) }),
    'the pattern ^(a)\\1$ has no simple example',
  ],
  ['a keyword that is ignored', Type.Unsafe({ type: 'object', not: {} }), '/payload must NOT be valid'],
])('a type without an example because of %s is reported in one line', (_, schema, problem) => {
  const definition = defineEvents({ types: [eventType('odd', schema)] });
  expect(() => findExample(definition, 'odd')).toThrow(`found no example of odd: ${problem}`);
});

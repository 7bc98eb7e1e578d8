import * as Type from '@sinclair/typebox/type';
import { Ajv } from 'ajv';
import { eventType } from '../definition/define-events.ts';
import { compileValidator } from '../validate.ts';

/** All keywords that `createAccept` supports. */
const orderSchema = Type.Unsafe({
  $id: 'order',
  type: 'object',
  required: ['number', 'total', 'more'],
  properties: {
    number: { type: 'string', pattern: '^[A-Z]{2}-\\d+$' },
    note: { type: 'string', minLength: 2, maxLength: 5 },
    total: { type: 'number', exclusiveMinimum: 0, maximum: 1000 },
    count: { type: 'integer', minimum: -5, exclusiveMaximum: 3 },
    ratio: { type: 'number' },
    kind: { enum: ['new', 'ä', '"', 7] },
    state: {
      anyOf: [{ const: 'open' }, { type: 'string', const: 'shut' }, { type: 'number', minimum: 2 }],
    },
    tags: { type: 'array', items: { type: 'string' } },
    place: {
      type: ['object', 'null'],
      properties: { lat: { type: 'number', minimum: -90 } },
      required: ['lat'],
      additionalProperties: false,
    },
    flag: { type: 'boolean' },
    nothing: { type: 'null' },
    any: { description: 'anything' },
    list: { type: 'array' },
  },
});

/** An event type whose schema not every validator would take. */
export const order = eventType('order.placed', orderSchema, {
  validate: compileValidator(orderSchema, (options) => new Ajv({ ...options, strict: false })),
});

/** An event type whose payload is no object. */
export const remark = eventType('remark', Type.String());

const texts: Readonly<Record<string, readonly string[]>> = {
  number: ['"AB-1"', '"AB-0123"', '"AB-"', '"ab-1"', '"AB-1\\n"', '"AB-１"'],
  note: ['"ab"', '"abcde"', '"éé"', '"😀"', '"a"', '"abcdef"', '"😀😀"', '"éééééé"'],
  total: ['0.01', '1000', '999.999', '0', '-1', '1000.1', '1e3', '"1"', '0.0000000000001', '00'],
  count: ['2', '-5', '-0', '2.0', '3', '2.5', '-6', '1e0', '99999999999999999999'],
  ratio: ['1.5E+300', '-0.0', '1e400', '9007199254740993', '.5', '1.', '-', '+1'],
  kind: ['"new"', '"ä"', '"\\""', '7', '7.0', '"old"'],
  state: ['"open"', '"shut"', '2', '22', '1', '"op"'],
  tags: ['[]', '["a","é"]', '[ "a" , "b" ]', '[1]', '["a",]', '["a"', '{}', '[["a"]]'],
  place: [
    'null',
    '{"lat":-90}',
    '{ "lat" : 1.5 }',
    '{"lat":-91}',
    '{}',
    '{"lat":1,"lon":2}',
    '{"lat":1,"lat":2}',
  ],
  flag: ['true', 'false', 'tru', '1'],
  nothing: ['null', 'nul', '0'],
  any: ['{"a":[{"b":[]}]}', '[[[[1]]]]', '"\\u0061"', '"é"', '1e-400', '{"a":1,}', '{"a" :1}', '{a:1}'],
  list: ['[]', '[1,"a",null,{}]', '{}'],
  more: ['1', '{}', 'null', '"\\ud83d"'],
};

/** The text of a payload of `order`: most members are as the schema wants them. @param random returns numbers in [0, 1) */
export function orderPayload(random: () => number): string {
  const choose = (all: readonly string[]) => all[Math.floor(random() ** 3 * all.length)] ?? '';
  const names = Object.keys(texts).filter((name) => random() < (/number|total|more/.test(name) ? 0.95 : 0.2));
  const members = names.map((name) => `"${name}":${choose(texts[name] ?? [])}`);
  if (random() < 0.1) members.reverse();
  return `{${members.join(random() < 0.2 ? ', ' : ',')}}`;
}

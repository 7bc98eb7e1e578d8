import { expect, test } from 'vitest';
import { encodeFields } from './encode-fields.ts';
import type { AnyEvent } from './envelope.ts';
import type { FieldMapping } from './field-source.ts';

const event: AnyEvent = {
  ...{ event_id: 'x', event_type: 'a', event_time: '2026-11-24T09:30:12.345Z', user_id: null, payload: {} },
};

function encode(mapping: Partial<FieldMapping>, change: Partial<AnyEvent> = {}) {
  const { key, value, headers } = encodeFields(
    { type: { constant: 'a' }, ...mapping },
    { ...event, ...change },
  );
  return { key: key && Buffer.from(key).toString(), json: Buffer.from(value).toString(), headers };
}

test('fields are written to the key and to headers, numbers as text', () => {
  const mapping = {
    id: { record: 'key' },
    type: { header: 'type' },
    time: { header: 'at', unit: 'ms' },
    user: { header: 'user' },
  } as const;
  expect(encode(mapping, { user_id: 'u' })).toEqual({
    key: 'x',
    json: '{}',
    headers: [
      ['type', 'a'],
      ['at', '1795512612345'],
      ['user', 'u'],
    ],
  });
});

test('without a field in the key, the user is the key', () => {
  expect(encode({}, { user_id: 'u' }).key).toBe('u');
  expect(encode({}).key).toBeNull();
  expect(encode({ user: { record: 'key' } }).key).toBeNull();
});

test('a missing user is not written', () => {
  expect(encode({ user: '/user' })).toMatchObject({ json: '{}', headers: [] });
  expect(encode({ user: { header: 'user' } })).toMatchObject({ json: '{}', headers: [] });
});

test('fields outside the value and the headers are not written', () => {
  const mapping = { type: { record: 'topic' }, time: { record: 'timestamp' } } as const;
  expect(encode(mapping)).toEqual({ key: null, json: '{}', headers: [] });
});

test('a time is written as it is, unless the mapping has a unit', () => {
  expect(encode({ time: '/at' }).json).toBe('{"at":"2026-11-24T09:30:12.345Z"}');
  expect(encode({ time: { pointer: '/at' } }).json).toBe('{"at":"2026-11-24T09:30:12.345Z"}');
  expect(encode({ time: { pointer: '/at', unit: 'ms' } }).json).toBe('{"at":1795512612345}');
});

test.each<readonly [string, unknown, string]>([
  ['/meta/id', {}, '{"meta":{"id":"x"}}'],
  ['/meta/id', { meta: { n: 1 } }, '{"meta":{"n":1,"id":"x"}}'],
  ['/list/0', {}, '{"list":["x"]}'],
  ['/list/0/id', { list: [{ n: 1 }, 2] }, '{"list":[{"n":1,"id":"x"},2]}'],
  ['/list/1', { list: [1] }, '{"list":[1,"x"]}'],
  ['/id', { id: null }, '{"id":null}'],
])('an id at %s of %j results in %s', (id, payload, json) => {
  expect(encode({ id }, { payload }).json).toBe(json);
});

test('a field inside a scalar cannot be written', () => {
  const write = () => encode({ id: '/meta/id' }, { payload: { meta: 'x' } });
  expect(write).toThrow(new TypeError('cannot write the member id of a string'));
});

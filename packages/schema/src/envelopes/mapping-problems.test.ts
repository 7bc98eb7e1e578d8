import { expect, test } from 'vitest';
import type { FieldMapping } from './field-source.ts';
import { fields } from './fields.ts';
import { findFieldProblems } from './mapping-problems.ts';

/** A mapping may come from a setting. */
const problemsOf = (mapping: unknown) => fields(mapping as FieldMapping).problems;

const sourceRule = 'must be a JSON Pointer, or an object with pointer, constant, header or record';

test.each<readonly [string, object]>([
  ['a type alone', {}],
  ['an empty pointer', { user: '' }],
  ['an id of the key', { id: { record: 'key' } }],
  ['an id of a header', { id: { header: 'x' } }],
  ['a pointer in an object', { id: { pointer: '/a' } }],
  ...['s', 'ms', 'us', 'ns'].map((unit) => [`times in ${unit}`, { time: { pointer: '/t', unit } }] as const),
  ...['key', 'timestamp', 'topic'].map((record) => [`the record's ${record}`, { user: { record } }] as const),
  ...['reject', 'keep', 'ignore'].map((one) => [`others that it may ${one}`, { otherMembers: one }] as const),
  ['a scope', { scope: '' }],
  ['a payload', { payload: '/p' }],
  ['a constant type', { type: { constant: 'a' } }],
  ['a constant time', { time: { constant: '2026-11-24T09:30:12Z' } }],
  ['a constant user', { user: { constant: 'u' } }],
])('a mapping may have %s', (_, mapping) => {
  expect(problemsOf({ type: '/t', ...mapping })).toEqual([]);
});

test.each([['native'], [null], [[]]])('a mapping must be an object, not %j', (mapping) => {
  expect(problemsOf(mapping)).toEqual(['the mapping must be an object']);
});

test('a mapping must name the source of the type', () => {
  expect(problemsOf({})).toEqual(['type: is missing']);
});

test.each<readonly [string, object, string]>([
  [
    'an unknown member',
    { key: 'k' },
    'key: is not one of id, type, time, user, payload, otherMembers, scope',
  ],
  ['a payload without a slash', { payload: 'p' }, 'payload: must be a JSON Pointer'],
  ['a payload that is no text', { payload: 7 }, 'payload: must be a JSON Pointer'],
  ['a pointer without a slash', { user: 'u' }, 'user: "u" is not a JSON Pointer such as /a/b'],
  ['an unknown unit', { time: { pointer: '/t', unit: 'h' } }, 'time: the unit must be one of s, ms, us, ns'],
  ['a unit without a pointer', { time: { unit: 's' } }, `time: ${sourceRule}`],
  ['a unit of a wrong pointer', { time: { pointer: 't', unit: 's' } }, `time: ${sourceRule}`],
  ['a wrong pointer for times', { time: 't' }, 'time: "t" is not a JSON Pointer such as /a/b'],
  ['two sources in one', { type: { header: 'a', constant: 'b' } }, `type: ${sourceRule}`],
  ['no source in one', { type: {} }, `type: ${sourceRule}`],
  ['an unknown source', { type: { path: '/t' } }, `type: ${sourceRule}`],
  ['null as a source', { type: null }, `type: ${sourceRule}`],
  ['a list as a source', { type: ['/t'] }, `type: ${sourceRule}`],
  ['a number as a source', { user: 7 }, `user: ${sourceRule}`],
  ['a number in a source', { user: { constant: 7 } }, `user: ${sourceRule}`],
  ['an unknown part of the record', { type: { record: 'offset' } }, `type: ${sourceRule}`],
  ['a header without a name', { type: { header: '' } }, `type: ${sourceRule}`],
  ['a wrong pointer in an object', { type: { pointer: 't' } }, `type: ${sourceRule}`],
  ['a constant id', { id: { constant: 'x' } }, 'id: would be the same for different events'],
  ['an id of the topic', { id: { record: 'topic' } }, 'id: would be the same for different events'],
  ['an id of the timestamp', { id: { record: 'timestamp' } }, 'id: would be the same for different events'],
  ['an id that is no source', { id: {} }, `id: ${sourceRule}`],
  ['an unknown choice', { otherMembers: 'drop' }, 'otherMembers: must be one of reject, keep, ignore'],
  ['a scope that is no text', { scope: 7 }, 'scope: must be a string'],
  ['a scope that UTF-8 lacks', { scope: '\ud800' }, 'scope: must be a string'],
  [
    'a constant type that is none',
    { type: { constant: '' } },
    'type: the constant must be 1 to 255 bytes of UTF-8 without control characters',
  ],
  [
    'a constant time that is none',
    { time: { constant: 'now' } },
    'time: the constant must be an RFC 3339 date-time with a time zone, or a number since 1970, in the ' +
      'years 0001 to 9999',
  ],
  [
    'a constant time with a unit that is none',
    { time: { constant: 'now', unit: 's' } },
    expect.stringMatching(/^time: the constant must be an RFC 3339/),
  ],
  [
    'a constant user that is none',
    { user: { constant: '' } },
    'user: the constant must be 1 to 256 characters without NUL or unpaired surrogates',
  ],
])('a mapping with %s is refused', (_, mapping, problem) => {
  expect(problemsOf({ type: '/t', ...mapping })).toEqual([problem]);
});

test('an envelope without a valid mapping rejects every record', () => {
  const envelope = fields({} as FieldMapping);
  expect(envelope.identity).toBe('[]');
  expect(envelope.open({ value: new Uint8Array() }, { topic: 'a', partition: 0 }, {})).toEqual({
    ...{ ok: false, reason: 'not_an_event', message: 'has no valid mapping', path: '', eventType: null },
  });
});

test('a source of another envelope follows the same rules', () => {
  expect(findFieldProblems('user', '/u')).toEqual([]);
  expect(findFieldProblems('user', {})).toEqual([`user: ${sourceRule}`]);
});

import { describe, expect, test } from 'vitest';
import { decodeEvent } from '../decode.ts';
import { reasons } from '../reasons.ts';
import { eventTypes } from '../registry.ts';
import { corpus } from './corpus.ts';

describe('of the corpus is decoded as it must be', () => {
  test.each(corpus)('$expected: $name', ({ bytes, expected, path, payloadJson }) => {
    const result = decodeEvent(bytes);
    if (payloadJson === undefined) expect(result).toMatchObject({ ok: false, reason: expected, path });
    else expect(result).toMatchObject({ ok: true, payloadJson });
  });
});

test('no two cases have one name, and no two decoded events one id', () => {
  const names = corpus.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  const results = corpus.map(({ bytes }) => decodeEvent(bytes));
  const ids = results.flatMap((result) => (result.ok ? [result.event.event_id.toLowerCase()] : []));
  expect(ids).toEqual([...new Set(ids)]);
});

test('every reason has a case, and so has acceptance', () => {
  expect(new Set(corpus.map(({ expected }) => expected))).toEqual(new Set([...reasons, 'accepted']));
});

test('every registered type has an event in the corpus', () => {
  const results = corpus.map(({ bytes }) => decodeEvent(bytes));
  const types = results.flatMap((result) => (result.ok ? [result.event.event_type] : []));
  expect(new Set(types)).toEqual(new Set(Object.keys(eventTypes)));
});

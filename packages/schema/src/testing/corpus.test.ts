import { describe, expect, test } from 'vitest';
import { decodeEvent } from '../decode.ts';
import { reasons } from '../reasons.ts';
import { corpus } from './corpus.ts';

describe('the corpus is decoded as expected', () => {
  test.each(corpus)('$expected: $name', ({ bytes, expected, path, payloadJson }) => {
    const result = decodeEvent(bytes);
    if (payloadJson === undefined) expect(result).toMatchObject({ ok: false, reason: expected, path });
    else expect(result).toMatchObject({ ok: true, payloadJson });
  });
});

test('case names and the ids of decoded events are unique', () => {
  const names = corpus.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  const results = corpus.map(({ bytes }) => decodeEvent(bytes));
  const ids = results.flatMap((result) => (result.ok ? [result.event.event_id.toLowerCase()] : []));
  expect(ids).toEqual([...new Set(ids)]);
});

/** A single record cannot have the reason `conflicting_event`. */
test('every reason of a record has a case, and so does acceptance', () => {
  const single = reasons.filter((reason) => reason !== 'conflicting_event');
  expect(new Set(corpus.map(({ expected }) => expected))).toEqual(new Set([...single, 'accepted']));
});

test.each(['page_view', 'search', 'add_to_cart', 'purchase', 'signup'])(
  '%s has an accepted event',
  (type) => {
    const { bytes } = corpus.find(({ name }) => name === type) ?? {};
    expect(decodeEvent(bytes ?? null)).toMatchObject({ ok: true, event: { event_type: type } });
  },
);

import { createDecoder, shopEvents } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { createLimitedDecoder, limitUnknownTypes } from './limit-types.ts';

type Decode = ReturnType<typeof limitUnknownTypes>;

/** Decodes an event that is valid except for its type. */
function decodeType(decode: Decode, type: string): ReturnType<Decode> {
  const event = {
    event_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11',
    event_type: type,
    event_time: '2026-11-24T09:30:12Z',
    user_id: 'user-42',
    payload: {},
  };
  const value = Buffer.from(JSON.stringify(event));
  const record = { offset: '0', timestamp: '0', encodedSize: value.length, key: null, value };
  return decode(record, { topic: 'events', partition: 0 });
}

/** The type that is reported of it. */
function typeReported(decode: Decode, type: string): string | null | undefined {
  const result = decodeType(decode, type);
  return result.ok ? undefined : result.eventType;
}

// L14
test('the number of unregistered event types is limited, registered ones do not count', () => {
  const decode = limitUnknownTypes(createDecoder(shopEvents), 2);
  const types = ['one', 'search', 'two', 'three', 'search', 'one'];
  expect(types.map((type) => typeReported(decode, type))).toEqual([
    'one',
    'search',
    'two',
    null,
    'search',
    'one',
  ]);
});

test('a decoder has its limits, and reports at most 1,000 unregistered types', () => {
  const decode = createLimitedDecoder(shopEvents, { maxBytes: 1_000 });
  const reported = Array.from({ length: 1_001 }, (_, number) => typeReported(decode, `type_${number}`));
  expect(reported.slice(-2)).toEqual(['type_999', null]);
  expect(decodeType(decode, 'x'.repeat(1_000))).toMatchObject({ ok: false, reason: 'too_large' });
});

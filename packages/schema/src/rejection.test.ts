import { expect, test } from 'vitest';
import { decodeEvent } from './decode.ts';
import type { DecodeLimits } from './envelopes/envelope.ts';
import type { Rejection } from './reasons.ts';
import { type MemberTexts, toBytes, writeEvent } from './testing/event-text.ts';

function rejectionOf(text: string, limits?: DecodeLimits): Rejection {
  const result = decodeEvent(toBytes(text), limits);
  if (result.ok) throw new Error('the event was accepted');
  return result;
}

/** Path and message, as dead letters show them. */
function words(change: Partial<MemberTexts>): string {
  const { path, message } = rejectionOf(writeEvent(change));
  return `${path} ${message}`.trim();
}

test.each<[Partial<MemberTexts>, string]>([
  [{ event_id: '"7"' }, '/event_id must be a UUID in the canonical 36-character form'],
  [{ event_id: '7' }, '/event_id must be string'],
  [
    { event_type: '"Search"' },
    '/event_type must be a lower-case letter followed by at most 63 of a-z, 0-9 and _',
  ],
  [{ event_type: '"teleport"' }, '/event_type is not registered'],
  [
    { event_time: '"2026-02-30T00:00:00Z"' },
    '/event_time must be an RFC 3339 date-time with a time zone, in the years 0001 to 9999',
  ],
  [{ user_id: '""' }, '/user_id must NOT have fewer than 1 characters'],
  [{ user_id: '"\\u0000"' }, '/user_id must be text without NUL or unpaired surrogates'],
  [{ payload: '[]' }, '/payload must be object'],
  [{ payload: '{}' }, '/payload lacks the member path'],
  [{ payload: '{"path":7}' }, '/payload/path must be string'],
  [{ event_type: '"signup"', payload: '{"plan":"gold"}' }, '/payload/plan must be one of free, pro, team'],
  [
    { event_type: '"add_to_cart"', payload: '{"product_id":"p","quantity":0,"price":1}' },
    '/payload/quantity must be >= 1',
  ],
  [
    { event_type: '"purchase"', payload: '{"order_id":"o","amount":1,"currency":"eur"}' },
    '/payload/currency must be a code of ISO 4217, such as EUR',
  ],
])('%o is rejected with "%s"', (change, expected) => {
  expect(words(change)).toBe(expected);
});

test('an error in the record as a whole has an empty path', () => {
  expect(rejectionOf('')).toMatchObject({ path: '', message: 'is empty' });
  expect(rejectionOf('12345', { maxBytes: 4 })).toMatchObject({
    path: '',
    message: 'has 5 bytes; the limit is 4',
  });
  expect(rejectionOf('{')).toMatchObject({ path: '', message: 'is not JSON' });
  expect(decodeEvent(Uint8Array.of(0xff))).toMatchObject({ path: '', message: 'is not UTF-8' });
  expect(rejectionOf('{}')).toMatchObject({ path: '', message: 'lacks the member event_id' });
  expect(rejectionOf(writeEvent({}, '"more":1,'))).toMatchObject({
    path: '',
    message: 'has a member that is not in its schema',
  });
});

test('a rejection includes the event type if it is a valid type name', () => {
  expect(rejectionOf(writeEvent({ payload: '{}' })).eventType).toBe('page_view');
  expect(rejectionOf(writeEvent({ event_type: '"teleport"' })).eventType).toBe('teleport');
  expect(rejectionOf(writeEvent({ user_id: '""' })).eventType).toBe('page_view');
  expect(rejectionOf('{"event_type":"page_view"}').eventType).toBe('page_view');
  for (const text of [
    '[',
    '[]',
    'null',
    '{}',
    '{"event_type":"<b>"}',
    '{"event_type":7}',
    '{"event_type":true}',
    '{"event_type":"a\\u0000"}',
  ])
    expect(rejectionOf(text).eventType).toBeNull();
});

test('a record may have maxBytes bytes, and not one more', () => {
  const text = writeEvent();
  expect(decodeEvent(toBytes(text), { maxBytes: text.length }).ok).toBe(true);
  expect(rejectionOf(text, { maxBytes: text.length - 1 }).reason).toBe('too_large');
});

test('a payload may be nested maxDepth levels deep, and not one more', () => {
  const text = writeEvent({ payload: '{"path":"/","a":[{"b":[]}],"c":[]}' });
  expect(decodeEvent(toBytes(text), { maxDepth: 4 }).ok).toBe(true);
  expect(rejectionOf(text, { maxDepth: 3 })).toMatchObject({
    reason: 'invalid_payload',
    path: '/payload',
    message: 'is nested more than 3 levels deep',
  });
});

import { createAccept, defineEvents, eventType, fields, Type } from '@pipeline/schema';
import fc from 'fast-check';
import type { EventRow } from '../write/event-rows.ts';

const envelope = fields({ id: '/id', type: '/type', time: '/time', user: '/user', payload: '/payload' });
/** Accepts the records of `toRecord`. */
export const acceptOrdinary = createAccept(
  defineEvents({ envelope, types: ['a', 'bé'].map((name) => eventType(name, Type.Any())) }),
);

/** What ordinary events have of a row. */
export const ordinaryRow = fc.record({
  eventId: fc.uuid(),
  eventType: fc.constantFrom('a', 'bé'),
  eventTime: fc
    .constantFrom('30:00Z', '30:59.5Z', '31:00.123456Z', '30:00+01:00', '30:00.5-01:00', '30:59+00:00')
    .map((end) => `2026-11-24T09:${end}`),
  userId: fc.constantFrom('u', '42', 'ü'.repeat(100), null),
  payloadJson: fc.constantFrom('{"path":"/"}', '1', '"é"', `"${'x'.repeat(40)}"`, `["${'y'.repeat(9_000)}"]`),
  attributesJson: fc.constantFrom(undefined, undefined, '{"a":1}', `{"a":"é","b":[${'1,'.repeat(50)}2]}`),
});

/** The value of an event's record. */
export function toRecord({
  eventId,
  eventType,
  eventTime,
  userId,
  payloadJson,
  attributesJson,
}: Omit<EventRow, 'record'>): Buffer {
  const user = JSON.stringify(userId);
  const others = attributesJson === undefined ? '' : `${attributesJson.slice(1, -1)},`;
  return Buffer.from(
    `{${others}"id":"${eventId}","type":"${eventType}","time":"${eventTime}","user":${user},"payload":${payloadJson}}`,
  );
}

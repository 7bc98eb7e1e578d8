import { expect, test } from 'vitest';
import { tailOf } from './tail.ts';

const event = (second: number) => ({
  eventId: `event-${second}`,
  eventType: 'signup',
  eventTime: '2026-11-24T09:30:00.000Z',
  storedAt: new Date(second * 1_000).toISOString(),
});
const newest = { events: [12, 11, 9].map(event), latency: null };
const at = (second: number, stored: bigint) => ({ atMs: second * 1_000, stored });

test('events stored since the previous snapshot and not shown were skipped', () => {
  expect(tailOf(newest, at(10, 100n), at(13, 150n))).toEqual({ events: newest.events, skipped: 48n });
});

test('nothing is skipped if all are shown, and the count is never negative', () => {
  expect(tailOf(newest, at(10, 100n), at(13, 102n)).skipped).toBe(0n);
  expect(tailOf(newest, at(10, 100n), at(13, 100n)).skipped).toBe(0n);
});

test('the count is unknown at first, and after a counter fell', () => {
  expect(tailOf(newest, undefined, at(13, 150n)).skipped).toBe(null);
  expect(tailOf(newest, at(10, 100n), at(13, 0n)).skipped).toBe(null);
});

test('events that cannot be read count as skipped', () => {
  expect(tailOf(null, at(10, 100n), at(13, 150n))).toEqual({ events: [], skipped: 50n });
});

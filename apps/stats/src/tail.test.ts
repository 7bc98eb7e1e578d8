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

test('what was stored since the look before and is not shown was skipped', () => {
  expect(tailOf(newest, at(10, 100n), at(13, 150n))).toEqual({ events: newest.events, skipped: 48n });
});

test('nothing is skipped where all is shown, and never less than nothing', () => {
  expect(tailOf(newest, at(10, 100n), at(13, 102n)).skipped).toBe(0n);
  expect(tailOf(newest, at(10, 100n), at(13, 100n)).skipped).toBe(0n);
});

test('at the first look, and when a counter fell, it is not known', () => {
  expect(tailOf(newest, undefined, at(13, 150n)).skipped).toBe(null);
  expect(tailOf(newest, at(10, 100n), at(13, 0n)).skipped).toBe(null);
});

test('events that cannot be read were skipped, all of them', () => {
  expect(tailOf(null, at(10, 100n), at(13, 150n))).toEqual({ events: [], skipped: 50n });
});

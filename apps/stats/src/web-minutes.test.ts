import { afterEach, expect, test, vi } from 'vitest';
import { addMinutes, fetchMinutes, minutesOf } from '../web/overview/minutes.ts';

afterEach(() => void vi.unstubAllGlobals());

const minute = (time: string, count: string) => ({
  minute: `2026-11-24T${time}:00Z`,
  eventType: 'search',
  count,
});
const nowMs = Date.parse('2026-11-24T09:31:10Z');

test('newer counts replace older ones, and purged minutes disappear', async () => {
  addMinutes([minute('09:29', '1'), minute('09:30', '2'), minute('09:30', '3')]);
  expect(minutesOf(15, nowMs)).toEqual([minute('09:29', '1'), minute('09:30', '3')]);
  vi.stubGlobal('fetch', async () => Response.json({ minutes: [minute('09:30', '4')] }));
  await fetchMinutes(15);
  expect(minutesOf(15, nowMs)).toEqual([minute('09:30', '4')]);
});

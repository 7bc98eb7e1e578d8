import { expect, test, vi } from 'vitest';
import { readTime } from './read-time.ts';

test.each([
  ['2026-11-24T09:30:00Z', '2026-11-24T09:30:00.000Z'],
  ['2026-11-24T09:30:00.1239+02:00', '2026-11-24T07:30:00.123Z'],
  ['2026-11-24T09:30:00', '2026-11-24T09:30:00.000Z'],
  ['2026-11-24t09:30z', '2026-11-24T09:30:00.000Z'],
  ['2026-11-24 09:30', '2026-11-24T09:30:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
])('%s is %s in any time zone', (text, time) => {
  vi.stubEnv('TZ', 'America/New_York');
  expect(readTime(text)?.toISOString()).toBe(time);
  vi.unstubAllEnvs();
});

test.each([
  '',
  '1',
  'soon',
  '2026',
  '2026-02-30',
  '2026-02-29T00:00:00Z',
  '2026-13-01',
  '2026-11-24T25:00:00Z',
  '2026-11-24T09:30:00Z or so',
  '0000-01-01',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:30:00-01:00',
  '+012026-01-01T00:00:00Z',
])('"%s" is not a time', (text) => expect(readTime(text)).toBeUndefined());

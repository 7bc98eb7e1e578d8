import { decodeEvent } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { toCopyLine } from './copy.ts';

function lineOf(userId: string): string {
  const time = '2026-11-24T09:30:12Z';
  const id = '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11';
  const event = {
    event_id: id,
    event_type: 'page_view',
    event_time: time,
    user_id: userId,
    payload: { path: '/' },
  };
  const decoded = decodeEvent(Buffer.from(JSON.stringify(event)));
  if (!decoded.ok) throw new Error(decoded.message);
  return toCopyLine(decoded).replace(id, 'id').replace(time, 'time');
}

test('fields are separated by tabs and a row ends with a newline', () => {
  expect(lineOf('user')).toBe('id\tpage_view\ttime\tuser\t{"path":"/"}\n');
});

test('tabs, newlines and backslashes are escaped', () => {
  expect(lineOf('a\tb\r\nc\\d')).toContain('\ta\\tb\\r\\nc\\\\d\t');
});

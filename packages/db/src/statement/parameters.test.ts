import { expect, test, vi } from 'vitest';
import type { Sql } from '../client/connect.ts';
import { untyped, uuids } from './parameters.ts';

test('pre-encoded text is sent without a type, ids with that of their array', () => {
  const typed = vi.fn().mockReturnValue('parameter');
  const [sql, bytes] = [{ typed } as unknown as Sql, Buffer.from('{a,b}')];
  expect([untyped(sql, bytes), uuids(sql, bytes)]).toEqual(['parameter', 'parameter']);
  expect(typed.mock.calls).toEqual([
    [bytes, 0],
    [bytes, 2951],
  ]);
});

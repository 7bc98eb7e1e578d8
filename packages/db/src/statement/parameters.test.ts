import { expect, test, vi } from 'vitest';
import type { Sql } from '../client/connect.ts';
import { BinaryArray } from './binary-array.ts';
import { encoded } from './parameters.ts';

test('text is sent without a type, an array with its own', () => {
  const typed = vi.fn().mockReturnValue('parameter');
  const [sql, text, array] = [
    { typed } as unknown as Sql,
    Buffer.from('{a,b}'),
    new BinaryArray('uuid', 0, 0),
  ];
  expect([encoded(sql, text), encoded(sql, array)]).toEqual(['parameter', 'parameter']);
  expect(typed.mock.calls).toEqual([
    [text, 0],
    [array.bytes, 2951],
  ]);
});

import { expect, test, vi } from 'vitest';
import type { Sql } from '../client/connect.ts';
import { untyped } from './untyped-parameter.ts';

test('pre-encoded text is sent without a type', () => {
  const typed = vi.fn().mockReturnValue('parameter');
  const bytes = Buffer.from('{a,b}');
  expect(untyped({ typed } as unknown as Sql, bytes)).toBe('parameter');
  expect(typed).toHaveBeenCalledWith(bytes, 0);
});

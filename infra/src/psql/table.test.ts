import { expect, test } from 'vitest';
import { formatTable } from './table.ts';

test('columns are as wide as their widest value', () => {
  const table = formatTable([
    { name: 'a', count: 12_345n },
    { name: 'long name', count: null },
  ]);
  expect(table.split('\n')).toEqual([
    ' name      | count ',
    '-----------+-------',
    ' a         | 12345 ',
    ' long name |       ',
    '(2 rows)',
  ]);
});

test('control characters in values are escaped', () => {
  expect(formatTable([{ text: 'a\u001b[2Jb' }])).toContain('a\\u001b[2Jb');
});

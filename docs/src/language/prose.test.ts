import { expect, test } from 'vitest';
import { readProse } from './prose.ts';

const read = (file: string, source: string) =>
  readProse(file, source).map(({ kind, text }) => [kind, text.trim().replace(/\s+/g, ' ')]);

test('code gives its comments, and its strings unless they are names or imports', () => {
  const source = `import { a } from 'Some Module';\n// Uses \`a\` once.\na('name', 'Two words', "Word");`;
  expect(read('apps/x/src/a.ts', source)).toEqual([
    ['comment', 'Uses once.'],
    ['text', 'Two words'],
    ['text', 'Word'],
  ]);
});

test('a test file gives its comments and the names of its tests', () => {
  const source = `test('first name', () => f('Some data')); // why\ntest.each([1])('name of %s', () => {});`;
  expect(read('apps/x/src/a.test.ts', source)).toEqual([
    ['test name', 'first name'],
    ['comment', 'why'],
    ['test name', 'name of %s'],
  ]);
});

test('a page gives its prose, a patch the comments that it adds', () => {
  expect(read('docs/a.md', 'One `code` [two](b.md#c-d).')).toEqual([['text', 'One [two] .']]);
  expect(read('a.html', '<p title="One">two<br>\n</p>')).toEqual([['text', 'One two']]);
  expect(read('patches/a.patch', ' // old\n-// gone\n+// new\n+b();')).toEqual([['comment', 'new']]);
});

test('comments after -- and # are found line by line', () => {
  expect(read('sql/a.sql', "select 1; -- one\ncomment on x is 'Two';")).toEqual([
    ['comment', 'one'],
    ['text', "'Two'"],
  ]);
  expect(read('a.yaml', 'summary: Text # one\n# two')).toEqual([
    ['comment', 'one two'],
    ['text', 'summary: Text'],
  ]);
});

import { expect, test } from 'vitest';
import { scanCode } from './scan-code.ts';

const scan = (source: string) => scanCode(source).map(({ kind, text }) => [kind, text.trim()]);

test('comments are found, markers left out', () => {
  expect(scan('/** One. */ a(); // two\n  // three\nb();')).toEqual([
    ['comment', 'One.'],
    ['comment', expect.stringMatching(/^two\s+three$/)],
  ]);
});

test('quotes within strings, comments and regular expressions start no string', () => {
  expect(scan(`const a = 'it\\'s // no'; // "don't"\nb.replace(/['"/]+/g, "x");`)).toEqual([
    ['string', "it\\'s // no"],
    ['comment', `"don't"`],
    ['string', 'x'],
  ]);
});

test('a slash that divides starts no regular expression', () => {
  expect(scan('a / b; c() / 2; // two\n')).toEqual([['comment', 'two']]);
});

test('templates are split at their interpolations, nested ones included', () => {
  expect(scan(`\`a \${b ? \`c \${{ d: 1 }.d} e\` : 'f'} g\``)).toEqual([
    ['string', 'a'],
    ['string', 'c'],
    ['string', 'e'],
    ['string', 'f'],
    ['string', 'g'],
  ]);
});

test('a piece has its line and the code before it', () => {
  expect(scanCode('a;\n\ntest.each(b)("c", d)')).toEqual([
    { kind: 'string', text: 'c', line: 3, before: 'a;\n\ntest.each(b)(' },
  ]);
});

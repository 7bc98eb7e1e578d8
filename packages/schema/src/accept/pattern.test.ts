import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBytes } from '../testing/event-text.ts';
import { isRead } from '../testing/read-length.ts';
import { compilePattern } from './pattern.ts';
import { refuse } from './step.ts';

const atom = fc.constantFrom('[A-C]', '[^b-z]', '[\\w-]', '\\d', '\\s', 'a', '-', ' ', '_', '/', '[.$]');
const count = fc.constantFrom('', '', '{2}', '{1,2}', '{0,}', '+', '*', '?');
const pattern = fc
  .array(fc.tuple(atom, count), { maxLength: 4 })
  .map((parts) => `^${parts.flat().join('')}$`);
const text = fc.string({
  unit: fc.constantFrom('A', 'B', 'a', 'b', '1', '-', ' ', '_', '/', '$', 'é'),
  maxLength: 5,
});

test('a text is accepted only if it matches the pattern', () => {
  const seen = { matching: 0, accepted: 0 };
  fc.assert(
    fc.property(pattern, text, (source, value) => {
      const bytes = toBytes(`"${value}"`);
      const isAccepted = compilePattern(source)?.(bytes, 0) === bytes.length;
      const isMatching = new RegExp(source, 'u').test(value);
      if (isAccepted) expect(isMatching).toBe(true);
      seen.matching += Number(isMatching);
      seen.accepted += Number(isAccepted);
    }),
    { numRuns: 5_000 },
  );
  expect(seen.accepted).toBeGreaterThan(0.5 * seen.matching);
});

test.each<[source: string, right: readonly string[], wrong: readonly string[]]>([
  ['^$', [''], ['a']],
  ['^a$', ['a'], ['', 'b', 'aa']],
  ['^a b-c:d/e@f_0$', ['a b-c:d/e@f_0'], ['a b-c:d/e@f_', 'a b-c:d/e@f_00']],
  ['^[A-Z]{3}$', ['ABZ'], ['AB', 'ABCD', 'ABc', 'AB1']],
  ['^[0-9a-f]{8}-[0-9a-f]{4}$', ['0198c5b0-7c1e'], ['0198c5b07c1e', '0198c5bg-7c1e', '0198c5b0-7c1']],
  ['^[^a]*$', ['', 'b', ' ~'], ['a', 'ba', 'é']],
  ['^[.$]$', ['.', '$'], ['a', '']],
  ['^\\d+$', ['1', '0123456789'], ['', 'a', '1a']],
  ['^\\w+$', ['aZ_9'], ['', '-', ' ']],
  ['^\\s$', [' '], ['', 'a']],
  ['^[\\d-]+$', ['1-2', '-'], ['', 'a', '1_2']],
  ['^[\\w.]+$', ['a.b_9'], ['', '-']],
  ['^[\\s,]+$', [', ,'], ['', 'a']],
  ['^a{2}$', ['aa'], ['', 'a', 'aaa']],
  ['^a{10}$', ['a'.repeat(10)], ['', 'a', 'a'.repeat(9), 'a'.repeat(11)]],
  ['^a{1,}$', ['a', 'aaaa'], ['']],
  ['^a{12,}$', ['a'.repeat(12), 'a'.repeat(13)], ['a', 'a'.repeat(11)]],
  ['^a{1,2}$', ['a', 'aa'], ['', 'aaa']],
  ['^a{0,12}$', ['', 'a', 'a'.repeat(12)], ['a'.repeat(13)]],
  ['^a?$', ['', 'a'], ['aa', 'b']],
  ['^a*b$', ['b', 'aab'], ['', 'a', 'aa']],
  ['^a+b$', ['ab', 'aab'], ['', 'b', 'a']],
])('of the texts of %s these are read', (source, right, wrong) => {
  const step = compilePattern(source) ?? refuse;
  expect([...right, ...wrong].filter((value) => isRead(step, `"${value}"`))).toEqual(right);
  expect(right.filter((value) => isRead(step, `"${value}`) || isRead(step, `${value}"`))).toEqual([]);
});

test.each([
  '[A-Z]$',
  'a$',
  '^a',
  '^a|b$',
  '^(a)$',
  '^a+?$',
  '^a$$',
  '^\\u0061$',
  '^a{,2}$',
  '^.$',
  '^[]$',
  '^[\\w-a]$',
  '^a{2$',
  '^a{}$',
  '^a{1,2,3}$',
  '^\\D$',
  '^\\b$',
  '^[\\b]$',
  '^[a\\]b]$',
  '^[a]]$',
  '^,$',
  '^a,b$',
  '^[b-a]$',
  7,
])('%s is left to the validator', (source) => {
  expect(compilePattern(source)).toBeUndefined();
});

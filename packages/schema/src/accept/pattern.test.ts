import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBytes } from '../testing/event-text.ts';
import { compilePattern } from './pattern.ts';

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

test.each(['^[A-Z]{3}$', '^[0-9a-f]{8}-[0-9a-f]{4}$', '^\\d+$', '^$'])('%s is compiled', (source) => {
  expect(compilePattern(source)).toBeDefined();
});

test.each([
  '[A-Z]$',
  '^a',
  '^a|b$',
  '^(a)$',
  '^a+?$',
  '^a$$',
  '^\\u0061$',
  '^a{,2}$',
  '^.$',
  '^[]$',
  '^[b-a]$',
  7,
])('%s is left to the validator', (source) => {
  expect(compilePattern(source)).toBeUndefined();
});

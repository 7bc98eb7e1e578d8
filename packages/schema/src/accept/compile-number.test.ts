import { expect, test } from 'vitest';
import { isRead } from '../testing/read-length.ts';
import { compileNumber } from './compile-number.ts';
import type { Rules } from './rules.ts';
import { refuse } from './step.ts';

test.each<[Rules, isInteger: boolean, right: readonly string[], wrong: readonly string[]]>([
  [{}, false, ['0', '-12.5', '1e400', '12345678901234567890'], ['"1"', '-', '01']],
  [{}, true, ['0', '-7', '2.0', '123456789012345'], ['2.5', '1e2', '1234567890123456', '"1"', '-']],
  [{ minimum: 1.5 }, false, ['1.5', '2'], ['1.4', '-2', '1e2', '']],
  [{ maximum: 1.5 }, false, ['1.5', '-2'], ['1.6', '2']],
  [{ exclusiveMinimum: 1.5 }, false, ['1.6', '2'], ['1.5', '1']],
  [{ exclusiveMaximum: 1.5 }, false, ['1.4', '1'], ['1.5', '2']],
  [{ minimum: 0, exclusiveMaximum: 2 }, true, ['0', '1', '1.0'], ['-1', '1.5', '2']],
])('of the numbers with the rules %j (integers: %j) these are read', (rules, isInteger, right, wrong) => {
  const step = compileNumber(rules, isInteger) ?? refuse;
  expect([...right, ...wrong].filter((json) => isRead(step, json))).toEqual(right);
});

test('the value of a number of more than 15 characters is left to the validator', () => {
  const step = compileNumber({ minimum: 0 }, false) ?? refuse;
  expect(['123456789012.34', '1234567890123.45'].map((json) => isRead(step, json))).toEqual([true, false]);
});

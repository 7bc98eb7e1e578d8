import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { stackOf } from './stack.ts';

/** Line 1, column 5 of the program is line 3, column 2 of the source. */
const map = JSON.stringify({
  version: 3,
  sources: ['../../packages/a/src/b.ts'],
  names: [],
  mappings: 'IAEC',
});

const errorAt = (...positions: readonly string[]) => {
  const error = new Error('broken');
  error.stack = ['Error: broken', ...positions.map((one) => `    at run (${one})`)].join('\n');
  return error;
};

test('positions in an executable become those of its sources', () => {
  const program = pathToFileURL(process.execPath).href;
  const others = ['node:net:1:5', 'file:///other.mjs:1:5', `${program}:1:1`];
  const stack = stackOf(errorAt(`${program}:1:5`, `${program}:1:9`, ...others), map);
  expect(stack.split('\n').slice(1)).toEqual([
    '    at run (packages/a/src/b.ts:3:2)',
    '    at run (packages/a/src/b.ts:3:6)',
    ...others.map((one) => `    at run (${one})`),
  ]);
});

test('the stack of a program that is not an executable stays as it is', () => {
  expect(stackOf(errorAt('file:///a.mjs:1:5'))).toBe('Error: broken\n    at run (file:///a.mjs:1:5)');
});

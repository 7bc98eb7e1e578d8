import { expect, test } from 'vitest';
import { isProduction, measureSource } from './source.ts';

const text = `/** Not a part of the function. */
export function declared(): void {
  const inner = () => 1;
}
function overloaded(one: string): void;
abstract class Thing {
  abstract missing(): void;
  get it() {
    return { method() {}, value: async (one: number): Promise<number> =>
      one };
  }
}
`;

test('functions with a body are measured, nested ones and methods included', () => {
  expect(measureSource('a.ts', text)).toEqual({
    path: 'a.ts',
    lines: 12,
    functions: [
      { line: 2, length: 3 },
      { line: 3, length: 1 },
      { line: 8, length: 4 },
      { line: 9, length: 1 },
      { line: 9, length: 2 },
    ],
  });
});

test('a file that is not TypeScript is an error', () => {
  expect(() => measureSource('a.ts', 'function (')).toThrow(SyntaxError);
});

test.each([
  ['packages/db/src/migrate.ts', true],
  ['vitest.config.ts', true],
  ['packages/db/src/migrate.test.ts', false],
  ['packages/db/src/migrate.int.test.ts', false],
  ['packages/kafka/src/untyped.d.ts', false],
  ['packages/schema/src/testing/corpus.ts', false],
  ['packages/testing/src/stack.ts', false],
  ['packages/schema/src/testing.ts', false],
  ['e2e/src/soak.ts', false],
  ['README.md', false],
])('%s is production code: %s', (path, expected) => {
  expect(isProduction(path)).toBe(expected);
});

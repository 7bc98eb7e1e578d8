import { expect, test } from 'vitest';
import { parseScript } from './script.ts';

test('a script is its variables, its program and its words', () => {
  expect(parseScript('A=../b C=d=e node --x=1 src/main.ts')).toEqual({
    program: 'node',
    words: ['--x=1', 'src/main.ts'],
    environment: { A: '../b', C: 'd=e' },
  });
});

test.each(['node a && node b', 'echo $HOME', 'node "a b"'])('%s is left to a shell', (script) => {
  expect(() => parseScript(script)).toThrow(RangeError);
});

test.each(['', 'A=b'])('%j is no command', (script) => {
  expect(() => parseScript(script)).toThrow(RangeError);
});

import { expect, test } from 'vitest';
import { parseScript } from './script.ts';

test('a script is parsed into environment, program and arguments', () => {
  expect(parseScript('A=../b C=d=e node --x=1 src/main.ts')).toEqual({
    program: 'node',
    args: ['--x=1', 'src/main.ts'],
    environment: { A: '../b', C: 'd=e' },
  });
});

test.each(['node a && node b', 'echo $HOME', 'node "a b"'])('%s needs a shell and is rejected', (script) => {
  expect(() => parseScript(script)).toThrow(RangeError);
});

test.each(['', 'A=b'])('%j has no command and is rejected', (script) => {
  expect(() => parseScript(script)).toThrow(RangeError);
});

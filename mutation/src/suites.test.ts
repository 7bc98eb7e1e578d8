import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { suiteOf } from './figures.ts';
import { suites } from './suites.ts';

const root = join(import.meta.dirname, '../..');

/** The globs without braces that a glob stands for. */
function expand(glob: string): readonly string[] {
  const [braces, names] = /\{([^{}]*)\}/.exec(glob) ?? [];
  if (braces === undefined || names === undefined) return [glob];
  return names.split(',').flatMap((name) => expand(glob.replace(braces, name)));
}

test.each(suites)('every file that the suite of $folder names exists', ({ folder, mutate, tests }) => {
  const globs = [...mutate, ...tests].flatMap(expand).map((glob) => `${folder}/${glob}`);
  expect(globs.filter((glob) => globSync(glob, { cwd: root }).length === 0)).toEqual([]);
});

test('every file that is mutated belongs to one suite', () => {
  for (const suite of suites)
    for (const file of globSync(
      suite.mutate.map((glob) => `${suite.folder}/${glob}`),
      { cwd: root },
    ))
      expect(suiteOf({ file }).folder, file).toBe(suite.folder);
});

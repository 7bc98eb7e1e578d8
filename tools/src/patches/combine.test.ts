import { mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { combine } from './combine.ts';

const lines = (...changed: readonly string[]) =>
  ['a', 'b', 'c', 'd', 'e', 'f', 'g', ...changed, ''].join('\n');

/** A patch of `src/x.js` that replaces the last line, below a header. */
function replaceLast(before: string, after: string): string {
  return `Description: x\n\ndiff --git a/src/x.js b/src/x.js\n--- a/src/x.js\n+++ b/src/x.js
@@ -5,4 +5,4 @@ d\n e\n f\n g\n-${before}\n+${after}\n`;
}

/** An installed library, to which pnpm has applied a patch from `published` to `applied`. */
function install(published: string, applied: string) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'combine-'));
  mkdirSync(join(folder.path, 'lib/src'), { recursive: true });
  writeFileSync(join(folder.path, 'lib/src/x.js'), lines(applied));
  const write = (file: string, before: string, after: string) => {
    const path = join(folder.path, file);
    writeFileSync(path, replaceLast(before, after));
    return path;
  };
  const patch = write('applied.patch', published, applied);
  return { library: join(folder.path, 'lib'), patch, write, [Symbol.dispose]: () => folder.remove() };
}

test('patches of the same file are combined in order, with one line of context', () => {
  using installed = install('one', 'old');
  const series = [installed.write('01-x.patch', 'one', 'two'), installed.write('02-x.patch', 'two', 'three')];
  const combined = combine(installed.library, installed.patch, series);
  expect(combined).toContain('\n@@ -7,2 +7,2 @@ f\n g\n-one\n+three\n');
  expect(readFileSync(join(installed.library, 'src/x.js'), 'utf8')).toBe(lines('old'));
});

test('a patch that does not apply is named', () => {
  using installed = install('one', 'old');
  const series = [installed.write('01-x.patch', 'one', 'two'), installed.write('02-x.patch', 'one', 'three')];
  expect(() => combine(installed.library, installed.patch, series)).toThrow('Cannot apply 02-x.patch');
});

test('an installed library without the applied patch needs an install', () => {
  using installed = install('one', 'old');
  writeFileSync(join(installed.library, 'src/x.js'), lines('other'));
  expect(() => combine(installed.library, installed.patch, [])).toThrow('run "pnpm install"');
});

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rootFolder } from './root-folder.ts';

const read = (file: string) => readFileSync(join(rootFolder, file), 'utf8');

const programs = ['.ci/run', 'infra/Dockerfile', ...globSync('.github/workflows/*.yml', { cwd: rootFolder })];
const texts = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: rootFolder })];

/** The turbo commands that a file runs through npx, without the version of pnpm. */
function turboCommands(...files: readonly string[]): readonly string[] {
  const found = files.flatMap((file) => [...read(file).matchAll(/npx -y pnpm@[\d.]+ (turbo run [\w:]+)/g)]);
  return [...new Set(found.map(([, command = '']) => command))].sort();
}

test.each(programs)('%s runs the exact pnpm that package.json names', (file) => {
  const { packageManager } = JSON.parse(read('package.json'));
  const used = read(file).match(/npx.*?pnpm@[\d.]+/g) ?? [];
  expect(new Set(used)).toEqual(new Set([`npx -y ${packageManager}`]));
});

test.each(texts)('%s runs npx with -y, so that it never asks for confirmation', (file) => {
  expect(read(file).match(/npx pnpm.*/g) ?? []).toEqual([]);
});

test('.ci/run checks and tests with commands that README.md and CONTRIBUTING.md print', () => {
  const printed = turboCommands('README.md', 'CONTRIBUTING.md');
  const run = turboCommands('.ci/run');
  expect(run).toEqual(expect.arrayContaining(['turbo run check', 'turbo run test', 'turbo run test:long']));
  expect(printed).toEqual(expect.arrayContaining([...run]));
});

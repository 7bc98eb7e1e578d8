import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLine, currentPlace, fixCommand, type Place } from './command-line.ts';

test('tests run in a checkout', () => {
  expect(currentPlace()).toBe('checkout');
});

test('a checkout starts programs with pnpm, an executable by its name', () => {
  expect(commandLine('consumer', ['migrate'], 'checkout')).toBe('pnpm --filter consumer start migrate');
  expect(commandLine('consumer', ['migrate'], 'executable')).toBe('consumer migrate');
});

const fixes = [
  { name: 'create-topics' },
  { name: 'create-tables' },
  { name: 'skip-batch', batch: 'events:0:7' },
  { name: 'accept-cluster', clusterId: 'kA-1' },
] as const;

test.each<[Place, readonly string[]]>([
  [
    'checkout',
    [
      'pnpm --filter infra provision',
      'pnpm --filter consumer start migrate',
      'pnpm --filter consumer start --skip events:0:7',
      'pnpm --filter consumer start --accept-cluster kA-1',
    ],
  ],
  [
    'executable',
    [
      'consumer create-topics',
      'consumer migrate',
      'consumer --skip events:0:7',
      'consumer --accept-cluster kA-1',
    ],
  ],
])('remedies in a place of the kind "%s" name only commands that exist there', (place, commands) => {
  expect(fixes.map((fix) => fixCommand(fix, place))).toEqual(commands);
});

test('the other packages mention no command of the pipeline', () => {
  const packages = join(import.meta.dirname, '../..');
  const files = globSync('{kafka,db,runtime,schema}/src/**/*.ts', { cwd: packages });
  const sources = files.filter((file) => !file.endsWith('.test.ts') && !file.includes('generate/'));
  const command = /pnpm --filter|["`]?(consumer|stats|producer) (--|migrate|start)/;
  expect(sources.filter((file) => command.test(readFileSync(join(packages, file), 'utf8')))).toEqual([]);
});

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEnvironments } from './environment.ts';

test('the .env file at the root of a workspace holds in all its folders, after the environment', () => {
  const root = mkdtempSync(join(tmpdir(), 'workspace-'));
  const folder = join(root, 'apps/one');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, 'pnpm-workspace.yaml'), '');
  writeFileSync(join(root, '.env'), '# a comment\nNAME="a b"\nOTHER=c#d\n');
  writeFileSync(join(folder, '.env'), 'NAME=not this one\n');
  expect(loadEnvironments(folder)).toEqual([process.env, { NAME: 'a b', OTHER: 'c' }]);
});

test('outside of a workspace the .env file of the current folder counts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-'));
  expect(loadEnvironments(folder)).toEqual([process.env]);
  writeFileSync(join(folder, '.env'), 'NAME=a\n');
  expect(loadEnvironments(folder)).toEqual([process.env, { NAME: 'a' }]);
});

test('a .env that cannot be read is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-'));
  mkdirSync(join(folder, '.env'));
  expect(() => loadEnvironments(folder)).toThrow(/cannot read .*\.env/);
});

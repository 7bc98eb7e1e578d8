import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEnvironments } from './environment.ts';

test('the .env file of the workspace root applies in every folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'workspace-'));
  const folder = join(root, 'apps/one');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, 'pnpm-workspace.yaml'), '');
  writeFileSync(join(root, '.env'), '# a comment\nNAME="a b"\nOTHER=c#d\n');
  writeFileSync(join(folder, '.env'), 'NAME=ignored\n');
  expect(loadEnvironments(folder)).toEqual([process.env, { NAME: 'a b', OTHER: 'c' }]);
});

test('outside a workspace the .env file of the current folder applies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-'));
  expect(loadEnvironments(folder)).toEqual([process.env]);
  writeFileSync(join(folder, '.env'), 'NAME=a\n');
  expect(loadEnvironments(folder)).toEqual([process.env, { NAME: 'a' }]);
});

test('an unreadable .env file is named in the error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-'));
  mkdirSync(join(folder, '.env'));
  expect(() => loadEnvironments(folder)).toThrow(/cannot read .*\.env/);
});

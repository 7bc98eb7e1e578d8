import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { patchFilesOf } from '../patches/series.ts';
import { originOf } from './origin.ts';

const hash = { alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) };

test('the pedigree of a patched package has the published one and its patches in order', () => {
  const { pedigree } = originOf({ name: 'kafkajs', version: '2.2.4' });
  expect(pedigree?.ancestors).toEqual([
    { type: 'library', name: 'kafkajs', version: '2.2.4', hashes: [hash] },
  ]);
  const diffs = pedigree?.patches.map(({ diff }) => diff.text.content) ?? [];
  expect(diffs).toEqual(patchFilesOf('kafkajs', '2.2.4').map((path) => readFileSync(path, 'utf8')));
  expect(originOf({ name: 'postgres', version: '3.4.9' }).pedigree?.patches).toHaveLength(1);
});

test('a package without patches has the hash of the lockfile, our own have none', () => {
  expect(originOf({ name: 'pino', version: '10.4.0' })).toEqual({ hashes: [hash] });
  expect(originOf({ name: '@pipeline/db', version: '0.1.0' })).toEqual({ hashes: [] });
});

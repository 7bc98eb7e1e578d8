import { expect, test } from 'vitest';
import { readSeries } from '../patches/series.ts';
import { pedigreeOf } from './pedigree.ts';

test('the pedigree of a patched package has its patches in order', () => {
  const { pedigree } = pedigreeOf({ name: 'kafkajs', version: '2.2.4' });
  const diffs = pedigree?.patches.map(({ diff }) => diff.text.content) ?? [];
  const series = readSeries('kafkajs');
  expect(diffs).toHaveLength(series.length);
  for (const [index, { diff }] of series.entries()) expect(diffs[index]).toContain(diff);
  expect(pedigreeOf({ name: 'postgres', version: '3.4.9' }).pedigree?.patches).toHaveLength(1);
});

test('a package without patches has no pedigree', () => {
  expect(pedigreeOf({ name: 'pino', version: '10.4.0' })).toEqual({});
  expect(pedigreeOf({ name: 'postgres', version: '3.4.8' })).toEqual({});
});

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { patchFilesOf, patchFolder } from './series.ts';

/** The values of a field in the header of each patch; lines that begin with a space continue the one before. */
const series = patchFilesOf('kafkajs', '2.2.4').map((path) => {
  const [header = ''] = readFileSync(path, 'utf8').split(/^diff --git /m);
  const read = (field: string) => {
    const lines = header.replace(/\n +/g, ' ').matchAll(new RegExp(`^${field}: (.*)$`, 'gm'));
    return Array.from(lines, ([, value = '']) => value);
  };
  return { file: basename(path, '.patch'), read };
});

test.each(series)('$file has a description, and where it was reported', ({ read }) => {
  for (const field of ['Description', 'Bug', 'Forwarded']) expect(read(field), field).toHaveLength(1);
  expect(read('Test')).not.toEqual([]);
});

test.each(series.flatMap(({ file, read }) => read('Test').map((one) => [file, one])))(
  '%s names a test: %s',
  (_, one) => {
    const [, path = '', name = ''] = /^(\S+): (.*)$/.exec(one) ?? [];
    expect(readFileSync(join(patchFolder, '..', path), 'utf8')).toContain(`'${name}'`);
  },
);

test.each(series)('patches/README.md lists $file', ({ file, read }) => {
  const readme = readFileSync(join(patchFolder, 'README.md'), 'utf8');
  expect(readme).toContain(`| \`${file}\` | ${read('Bug')} | ${read('Description')} |`);
});

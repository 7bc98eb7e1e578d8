import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parsePatch, patchFolder, readSeries } from './series.ts';

const header =
  'Description: First line\n second line.\nBug: #1\nForwarded: no\nTest: a.test.ts: one\nTest: b.test.ts: two\n';
const diff = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-Bug: 1\n+Bug: 2\n';

test('a patch has a header and a diff', () => {
  expect(parsePatch('01-x.patch', `${header}\n${diff}`)).toEqual({
    file: '01-x.patch',
    description: 'First line second line.',
    bug: '#1',
    forwarded: 'no',
    tests: ['a.test.ts: one', 'b.test.ts: two'],
    diff,
  });
});

test.each(['Description', 'Bug', 'Forwarded', 'Test'])(
  'a patch without the field %s is rejected',
  (field) => {
    const lines = header.split('\n').filter((line) => !line.startsWith(`${field}:`));
    expect(() => parsePatch('01-x.patch', `${lines.join('\n')}\n${diff}`)).toThrow(
      `01-x.patch has no ${field}`,
    );
  },
);

test('a patch without a diff is rejected', () => {
  expect(() => parsePatch('01-x.patch', header)).toThrow('01-x.patch has no diff');
});

const series = readSeries('kafkajs');

test.each(series.flatMap(({ file, tests }) => tests.map((one) => [file, one])))(
  '%s names a test: %s',
  (_, one) => {
    const [, path = '', name = ''] = /^(\S+): (.*)$/.exec(one) ?? [];
    expect(readFileSync(join(patchFolder, '..', path), 'utf8')).toContain(`'${name}'`);
  },
);

test.each(series.map(({ file, bug, description }) => [file, bug, description]))(
  'patches/README.md lists %s',
  (file, bug, description) => {
    const readme = readFileSync(join(patchFolder, 'README.md'), 'utf8');
    expect(readme).toContain(`| \`${file.replace(/\.patch$/, '')}\` | ${bug} | ${description} |`);
  },
);

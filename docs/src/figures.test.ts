import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import figures from '../figures.json' with { type: 'json' };
import { rootFolder } from './root-folder.ts';

const read = (path: string) => readFileSync(join(rootFolder, path), 'utf8');

/** Decisions keep the figures of their day; performance.md is the source; the references are generated. */
const exceptions = /^docs\/(decisions\/|performance\.md|settings\.md|commands\.md|metrics\.md)/;
const pages = [
  'README.md',
  ...globSync('docs/**/*.md', { cwd: rootFolder, exclude: ['**/node_modules/**'] }),
];
const quoting = [...pages, 'infra/chart/values.yaml'].filter((path) => !exceptions.test(path));

const listed = [...figures.measured, ...figures.limits, ...figures.quoted];
const known = new Set(listed.flatMap(({ value, meaning }) => quantitiesOf(`${value} ${meaning}`)));

test.each(quoting)('%s quotes only figures of docs/figures.json', (path) => {
  expect(quantitiesOf(read(path)).filter((quantity) => !known.has(quantity))).toEqual([]);
});

test.each(figures.measured)('docs/performance.md has the figure: $meaning', ({ value, meaning }) => {
  expect(read('docs/performance.md')).toContain(`| ${meaning} | ${value} |`);
});

test.each(figures.limits)('$file has the limit: $meaning', ({ value, file, text }) => {
  expect(read(file)).toContain(text);
  expect(read('docs/performance.md').includes(value) || read('docs/install.md').includes(value)).toBe(true);
});

test('an outdated figure is found', () => {
  expect(quantitiesOf('takes 519 MB and 1,000 events/s, p50 2 ms')).toEqual([
    '519 MB',
    '1,000 events/s',
    '2 ms',
  ]);
});

/** Rates, durations below a second, and amounts of memory or data, such as `235 MB`. */
function quantitiesOf(text: string): readonly string[] {
  return text.match(/\d[\d.,]*(?: (?:(?:events|records)\/s|µs|ms|MB|MiB)|Mi)\b/g) ?? [];
}

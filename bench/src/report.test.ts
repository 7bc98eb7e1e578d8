import { expect, test } from 'vitest';
import { reportToJson, reportToMarkdown } from './report.ts';

const section = (title: string) => ({
  title,
  summary: [[title, `${title} figure`]] as const,
  columns: ['figure'],
  rows: [[1.23456]],
  remarks: [],
});

const report = {
  date: '2026-11-24',
  machine: '2 cores',
  command: 'pnpm --filter bench start',
  othersShare: 0.01,
  sections: [section('one'), section('two')],
};

test('a report starts with date, machine and command, then a summary table', () => {
  expect(reportToMarkdown(report)).toMatch(
    '2026-11-24, 2 cores: `pnpm --filter bench start`\n\n' +
      '|  | 2026-11-24 |\n| --- | --- |\n| one | one figure |\n| two | two figure |\n\n',
  );
});

test.each([
  [0.05, false],
  [0.06, true],
])('with %d of the CPU used by other processes, the report warns: %s', (othersShare, warns) => {
  expect(reportToMarkdown({ ...report, othersShare }).includes('too much to quote these figures')).toBe(
    warns,
  );
});

test('each measurement has its own section', () => {
  expect(reportToMarkdown(report).match(/^### .*$/gm)).toEqual(['### one', '### two']);
});

test('JSON holds the same data with full precision', () => {
  const { machine, sections } = JSON.parse(reportToJson(report));
  expect(machine).toBe('2 cores');
  expect(sections[1]).toMatchObject({
    title: 'two',
    summary: [['two', 'two figure']],
    rows: [{ figure: 1.23456 }],
  });
});

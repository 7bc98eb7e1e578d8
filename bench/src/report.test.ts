import { expect, test } from 'vitest';
import { formatCell, reportToJson, reportToMarkdown } from './report.ts';

const section = (title: string) => ({
  title,
  summary: [[title, `${title} figure`]] as const,
  columns: ['round', 'figure'],
  rows: [['1', 1.23456]],
  remarks: ['Idle machine.'],
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

test('a section is a heading, a table with right-aligned numbers, and remarks', () => {
  const table = '| round | figure |\n| --- | --: |\n| 1 | 1.23 |';
  expect(reportToMarkdown(report)).toContain(`### one\n\n${table}\n\nIdle machine.\n\n### two\n\n${table}`);
});

test.each([
  [1_234_567, '1,234,567'],
  [7, '7'],
  [100.4, '100'],
  [12.34, '12.3'],
  [0.456, '0.46'],
  ['-', '-'],
])('%s is formatted as %s', (cell, formatted) => {
  expect(formatCell(cell)).toBe(formatted);
});

test('JSON holds the same data with full precision', () => {
  const { machine, sections } = JSON.parse(reportToJson(report));
  expect(machine).toBe('2 cores');
  expect(sections[1]).toMatchObject({
    title: 'two',
    summary: [['two', 'two figure']],
    rows: [{ round: '1', figure: 1.23456 }],
  });
});

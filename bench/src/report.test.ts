import { expect, test } from 'vitest';
import { reportToJson, reportToMarkdown } from './report.ts';

const section = (title: string) => ({
  title,
  summary: [[title, `${title} figure`]] as const,
  columns: ['what'],
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

test('a report begins with machine, date and command, and one table of the figures to quote', () => {
  expect(reportToMarkdown(report)).toMatch(
    '2026-11-24, 2 cores: `pnpm --filter bench start`\n\n|  | 2026-11-24 |\n| --- | --- |\n| one | one figure |\n| two | two figure |\n\n',
  );
});

test.each([
  [0.05, false],
  [0.06, true],
])(
  'of a machine of which others took %d, that figures are not to be quoted is said: %s',
  (othersShare, isSaid) => {
    expect(reportToMarkdown({ ...report, othersShare }).includes('too much for these figures')).toBe(isSaid);
  },
);

test('each measurement follows with its own table', () => {
  expect(reportToMarkdown(report).match(/^### .*$/gm)).toEqual(['### one', '### two']);
});

test('JSON holds the same, with all digits', () => {
  const { machine, sections } = JSON.parse(reportToJson(report));
  expect(machine).toBe('2 cores');
  expect(sections[1]).toMatchObject({
    title: 'two',
    summary: [['two', 'two figure']],
    rows: [{ what: 1.23456 }],
  });
});

import { testStack } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { runScenarios } from './run.ts';

const { createDatabase } = testStack();

test('in 500 random scenarios Postgres does what the model specifies', { tags: 'long' }, async () => {
  const reports = await runScenarios(createDatabase, 1, 500);
  expect(reports.filter(({ difference }) => difference !== undefined)).toEqual([]);
  expect(reports).toHaveLength(500);
  const kinds = new Set(reports.flatMap((report) => report.kinds));
  // Otherwise the scenarios would prove less than they seem to.
  for (const kind of everyKind) expect(kinds).toContain(kind);
});

const everyKind = [
  'opens',
  'rewinds',
  'writes plain: done',
  'writes plain: dup',
  'writes plain: no',
  'writes plain: missing',
  'writes tolerant: done',
  'writes tolerant: no',
  'writes copy: done',
  'writes copy: dup',
  'writes copy: no',
  'writes copy: unseen',
  'writes copy: missing',
  'writes copy-new: done',
  'writes copy-new: no',
  'finds dead letters: known',
  'redrive marks',
  'purge',
  'backup',
  'restore',
];

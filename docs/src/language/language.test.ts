import { expect, test } from 'vitest';
import { countWords, findAvoided, showFinding } from './check.ts';
import { readRepository } from './prose.ts';
import { COMMENT_LIMIT } from './words.ts';

const MAX_TEST_NAME = 80;

const prose = readRepository();
const findings = findAvoided(prose);

test('docs and user-visible text avoid the listed words', () => {
  expect(findings.filter(({ kind }) => kind === 'text').map(showFinding)).toEqual([]);
});

test('test names avoid the listed words', () => {
  expect(findings.filter(({ kind }) => kind === 'test name').map(showFinding)).toEqual([]);
});

test('comments avoid the listed words', () => {
  const inComments = findings.filter(({ kind, word }) => kind === 'comment' && !word.isTolerated);
  expect(inComments.map(showFinding)).toEqual([]);
});

test('comments stay within the limit of tolerated words', () => {
  const comments = prose.filter(({ kind }) => kind === 'comment');
  const tolerated = findings.filter(({ kind, word }) => kind === 'comment' && word.isTolerated);
  const perThousand = (1000 * tolerated.length) / countWords(comments);
  expect(perThousand, tolerated.map(showFinding).join('\n')).toBeLessThanOrEqual(COMMENT_LIMIT);
});

test(`test names have at most ${MAX_TEST_NAME} characters`, () => {
  const names = prose.filter(({ kind }) => kind === 'test name');
  expect(names.length).toBeGreaterThan(100);
  const tooLong = names.filter(({ text }) => text.length > MAX_TEST_NAME);
  expect(tooLong.map(({ file, line, text }) => `${file}:${line}: ${text.length}: ${text}`)).toEqual([]);
});

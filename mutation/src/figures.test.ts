import { expect, test } from 'vitest';
import { findOutdated, findProblems, summarize } from './figures.ts';
import type { Outcome, TestedMutant } from './mutants.ts';

function mutant(outcome: Outcome, change: Partial<TestedMutant> = {}): TestedMutant {
  const file = 'packages/db/src/write/batch.ts';
  return { file, line: 7, mutator: 'Equality', original: 'a < b', replacement: 'a <= b', outcome, ...change };
}

const many = (count: number, outcome: Outcome) => Array.from({ length: count }, () => mutant(outcome));

test('a mutant that no test reached is not executed, and lowers the score', () => {
  const mutants = [mutant('killed'), mutant('failed to load'), mutant('timed out'), mutant('not covered')];
  expect(summarize(mutants)).toMatchObject({ mutants: 4, executed: 3, 'not covered': 1, score: 75 });
});

test('a score is rounded down', () => {
  expect(summarize([...many(2, 'killed'), mutant('survived')]).score).toBe(66.66);
});

test('a suite below its limit is a problem, even if all survivors have reasons', () => {
  const accepted = [{ ...mutant('survived'), reason: 'makes no difference' }];
  const enough = [...many(85, 'killed'), ...many(15, 'survived')];
  expect(findProblems(enough, accepted)).toEqual([]);
  expect(findProblems([...enough, mutant('not covered')], accepted)).toEqual([
    'packages/db/src/write: the score of 84.15 % is below 85 %',
  ]);
});

test('schema has a higher limit than the other suites', () => {
  const mutants = [...many(88, 'killed'), ...many(12, 'survived')];
  const file = 'packages/schema/src/decode.ts';
  const accepted = [{ ...mutant('survived', { file }), reason: 'makes no difference' }];
  const inSchema = mutants.map((one) => ({ ...one, file }));
  expect(findProblems(inSchema, accepted)).toEqual(['packages/schema/src: the score of 88 % is below 90 %']);
});

test('a survivor without a reason is a problem', () => {
  const accepted = [{ ...mutant('survived'), reason: 'makes no difference' }];
  const other = mutant('not covered', { replacement: 'true' });
  expect(findProblems([...many(98, 'killed'), mutant('survived'), other], accepted)).toEqual([
    'packages/db/src/write/batch.ts:7: Equality not covered: a < b → true',
  ]);
});

test('a reason for a mutant that is killed is outdated, unless its file was not tested', () => {
  const accepted = [{ ...mutant('survived'), reason: 'makes no difference' }];
  expect(findOutdated([mutant('killed')], accepted)).toEqual(accepted);
  expect(findOutdated([mutant('survived')], accepted)).toEqual([]);
  expect(findOutdated([mutant('killed', { file: 'packages/db/src/write/isolate.ts' })], accepted)).toEqual(
    [],
  );
});

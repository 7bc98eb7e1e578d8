import { expect, test } from 'vitest';
import { countTests } from './report.ts';

const file = (name: string, status: string, ...tests: readonly string[]) => ({
  name,
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

test('the tests of a suite are counted by their result, without those of others', () => {
  const testResults = [
    file('/root/a/one.test.ts', 'failed', 'passed', 'failed', 'skipped'),
    file('/root/b/two.test.ts', 'passed', 'passed'),
    file('/root/c/a/three.test.ts', 'passed', 'passed'),
  ];
  expect(countTests({ testResults }, '/root', ['a/', 'b/'])).toEqual({ passed: 2, failed: 1, skipped: 1 });
});

test('a file that could not be loaded counts as a failed test', () => {
  const testResults = [file('/root/a/one.test.ts', 'failed')];
  expect(countTests({ testResults }, '/root', ['a/'])).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

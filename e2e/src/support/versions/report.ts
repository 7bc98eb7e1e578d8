import type { Counts } from 'docs/versions';

/** The part of Vitest's JSON report that is read. */
export interface TestReport {
  readonly testResults: readonly {
    /** The file's absolute path. */
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Counts the tests of files whose paths, relative to a folder, start with one of several texts. */
export function countTests(report: TestReport, folder: string, starts: readonly string[]): Counts {
  const files = report.testResults.filter(({ name }) =>
    starts.some((start) => name.startsWith(`${folder}/${start}`)),
  );
  const statuses = files.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const count = (...wanted: readonly string[]) => statuses.filter((one) => wanted.includes(one)).length;
  // A file that cannot be loaded has no tests: it counts as one that failed.
  const broken = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: count('passed'),
    failed: count('failed') + broken.length,
    skipped: count('skipped', 'pending', 'todo'),
  };
}

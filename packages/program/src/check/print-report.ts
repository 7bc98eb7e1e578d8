import { exitCode, UserError } from '@pipeline/runtime';
import { toPrintableJson } from '../terminal/printable.ts';
import type { CheckReport } from './check-report.ts';
import { reportTexts, sumOf } from './report-tables.ts';

/**
 * Prints a report on stdout.
 * @throws UserError with exit code 3 if a record would be rejected
 */
export function printReport(report: CheckReport, json: boolean): void {
  process.stdout.write(`${json ? toPrintableJson(report) : reportTexts(report).join('\n\n')}\n`);
  const rejected = sumOf(report.rejected);
  if (rejected === 0) return;
  const problem = `${rejected} of ${report.records} records would become dead letters`;
  throw new UserError(problem, 'change the definition (EVENTS), or fix the producer', exitCode.checkFailed);
}

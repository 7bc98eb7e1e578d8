import { exitCode, UserError } from '@pipeline/runtime';
import { renderColumns } from '../terminal/columns.ts';
import { toPrintableJson } from '../terminal/printable.ts';
import type { CheckReport } from './check-report.ts';
import { reportTables, sumOf } from './report-tables.ts';

/**
 * Prints a report on stdout.
 * @throws UserError with exit code 3 if a record would be rejected
 */
export function printReport(report: CheckReport, json: boolean): void {
  const tables = reportTables(report).map(({ headings, rows }) => renderColumns(headings, rows));
  process.stdout.write(`${json ? toPrintableJson(report) : tables.join('\n\n')}\n`);
  const rejected = sumOf(report.rejected);
  if (rejected === 0) return;
  const problem = `${rejected} of ${report.records} records would become dead letters`;
  throw new UserError(problem, 'change the definition (EVENTS), or fix the producer', exitCode.checkFailed);
}

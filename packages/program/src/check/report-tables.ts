import { renderColumns } from '../terminal/columns.ts';
import type { CheckReport } from './check-report.ts';

/** A table to print: headings, and rows of as many cells. */
export interface Table {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const MAX_ROWS = 20;

/** A report as text: its tables, and its note if it has one. */
export function reportTexts(report: CheckReport): readonly string[] {
  const tables = reportTables(report).map(({ headings, rows }) => renderColumns(headings, rows));
  return report.note === undefined ? tables : [...tables, `Note: ${report.note}`];
}

/** A report as tables: the sums, the stored types, and the problems; the last two only if there are any. */
export function reportTables(report: CheckReport): readonly Table[] {
  return [sumTable(report), storedTable(report), problemTable(report)].filter(({ rows }) => rows.length > 0);
}

function sumTable({ records, stored, duplicates, rejected, skipped }: CheckReport): Table {
  const sums = [records, sumOf(stored), duplicates ?? 'not counted', sumOf(rejected), skipped];
  return { headings: ['RECORDS', 'STORED', 'DUPLICATES', 'REJECTED', 'SKIPPED'], rows: [sums.map(String)] };
}

function storedTable({ stored }: CheckReport): Table {
  const rows = stored.map(({ eventType, count, earliest, latest }) => [
    eventType,
    `${count}`,
    earliest,
    latest,
  ]);
  return { headings: ['EVENT TYPE', 'STORED', 'EARLIEST', 'LATEST'], rows: clipRows(rows) };
}

function problemTable({ rejected }: CheckReport): Table {
  const rows = rejected.map(({ reason, eventType, path, message, count, example }) => [
    reason,
    String(count),
    eventType ?? '-',
    path || '-',
    message,
    example,
  ]);
  return {
    headings: ['REASON', 'REJECTED', 'EVENT TYPE', 'PATH', 'PROBLEM', 'EXAMPLE'],
    rows: clipRows(rows),
  };
}

/** The first rows; the last one then gives the number of the others. */
export function clipRows(rows: readonly (readonly string[])[]): Table['rows'] {
  return rows.length <= MAX_ROWS
    ? rows
    : [...rows.slice(0, MAX_ROWS), [`… and ${rows.length - MAX_ROWS} more`]];
}

/** The number of records in groups. */
export function sumOf(groups: readonly { readonly count: number }[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

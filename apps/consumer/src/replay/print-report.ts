import { clipPrintable, clipRows, renderColumns, toPrintableJson } from '@pipeline/program';
import { type ReplayReport, sumOf } from './report.ts';

const NAME_WIDTH = 40;
const DETAIL_WIDTH = 100;

/** Prints a report on stdout, as tables or as a line of JSON. */
export function printReport(report: ReplayReport, isJson: boolean): void {
  const text = isJson ? toPrintableJson(report) : [...tablesOf(report)].join('\n\n');
  process.stdout.write(`${text}\n`);
}

function* tablesOf(report: ReplayReport): Generator<string> {
  yield rangeTable(report);
  yield sumTable(report);
  if (report.stored.length > 0) yield storedTable(report);
  if (report.rejected.length > 0) yield rejectedTable(report);
}

function rangeTable({ ranges }: ReplayReport): string {
  const rows = ranges.map(({ topic, partition, from, to, next }) => [
    topic,
    ...[String(partition), from, to, next],
  ]);
  return renderColumns(['TOPIC', 'PARTITION', 'FROM', 'TO', 'NEXT'], rows);
}

function sumTable(report: ReplayReport): string {
  const sums = [
    report.records,
    sumOf(report.stored.map(({ count }) => count)),
    report.alreadyStored,
    report.purged,
    sumOf(report.rejected.map(({ count }) => count)),
    report.skipped,
    report.unreadable,
  ];
  return renderColumns(
    ['RECORDS', 'STORED', 'ALREADY STORED', 'PURGED', 'REJECTED', 'SKIPPED', 'UNREADABLE'],
    [sums.map(String)],
  );
}

function storedTable({ stored }: ReplayReport): string {
  const rows = stored.map(({ eventType, count }) => [clipPrintable(eventType, NAME_WIDTH), String(count)]);
  return renderColumns(['STORED', 'COUNT'], clipRows(rows));
}

function rejectedTable({ rejected }: ReplayReport): string {
  const rows = rejected.map(({ reason, eventType, detail, count, example }) => [
    reason,
    clipPrintable(eventType ?? '-', NAME_WIDTH),
    String(count),
    example,
    clipPrintable(detail, DETAIL_WIDTH),
  ]);
  return renderColumns(['REJECTED', 'EVENT TYPE', 'COUNT', 'FIRST', 'DETAIL'], clipRows(rows));
}

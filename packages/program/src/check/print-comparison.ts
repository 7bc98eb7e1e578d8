import { renderColumns } from '../terminal/columns.ts';
import { toPrintableJson } from '../terminal/printable.ts';
import type { ComparisonReport } from './compare-definitions.ts';
import { clipRows, reportTexts } from './report-tables.ts';

type Verdict = ComparisonReport['differences'][number]['present'];

/**
 * Prints a comparison on stdout: for each definition the sums and problems, then the differences.
 * @param run further members of the JSON document
 */
export function printComparison(report: ComparisonReport, run: object, isJson: boolean): void {
  process.stdout.write(`${isJson ? toPrintableJson({ ...report, ...run }) : toText(report)}\n`);
}

function toText({ present, candidate, differences, unlisted }: ComparisonReport): string {
  const rows = differences.map((one) => [
    String(one.count),
    toWords(one.present),
    toWords(one.candidate),
    one.columns.join(', ') || '-',
    one.examples.slice(0, 3).join(' '),
  ]);
  const headings = ['RECORDS', 'PRESENT DEFINITION', 'CANDIDATE', 'OTHER COLUMNS', 'EXAMPLES'];
  const shown = rows.length === 0 ? 'No differences' : renderColumns(headings, clipRows(rows));
  const rest = unlisted === 0 ? [] : [`… and ${unlisted} more records with other differences`];
  return [
    'Present definition',
    ...reportTexts(present),
    'Candidate',
    ...reportTexts(candidate),
    'Differences',
    shown,
    ...rest,
  ].join('\n\n');
}

function toWords(verdict: Verdict): string {
  if (verdict.outcome !== 'rejected') return [verdict.outcome, eventTypeOf(verdict)].join(' ').trim();
  return [verdict.reason, verdict.eventType ?? '-', verdict.path, verdict.message].filter(Boolean).join(' ');
}

const eventTypeOf = (verdict: Verdict) => ('eventType' in verdict ? verdict.eventType : '');

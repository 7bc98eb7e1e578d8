import { partitionName } from '@pipeline/kafka';
import { renderColumns } from '@pipeline/program';
import { formatCount, formatThings } from '../../../web/format/numbers.ts';
import type { Receipt } from './receipt.ts';

const headings = [
  ...['PARTITION', 'FROM', 'TO'],
  ...['RECORDS', 'STORED', 'DUPLICATES', 'DEAD LETTERS', 'PURGED', 'MISSING', 'DIFFERENT'],
  'DIGEST',
];

/** A receipt as text: the partitions, the findings, and what they mean. */
export function renderReceipt(receipt: Receipt): string {
  const partitions = renderColumns(headings, receipt.partitions.map(toCells));
  const findings = receipt.findings.map(({ kind, record, eventId, detail }) => [
    kind,
    record ?? '-',
    eventId ?? '-',
    detail,
  ]);
  const rest = receipt.differences - BigInt(findings.length);
  const more = rest > 0n ? [`… and ${formatCount(rest)} more`] : [];
  const table =
    findings.length === 0 ? [] : [renderColumns(['FOUND', 'RECORD', 'EVENT ID', 'WHAT'], findings)];
  return `${[partitions, ...table, ...more, conclude(receipt)].join('\n\n')}\n`;
}

function toCells(one: Receipt['partitions'][number]): readonly string[] {
  const { records, stored, duplicates, deadLetters, purged, missing, different } = one;
  const counts = [records, stored, duplicates, deadLetters, purged, missing, different];
  return [partitionName(one), String(one.from), String(one.to), ...counts.map(formatCount), one.digest];
}

function conclude(receipt: Receipt): string {
  const { isClean, sample, beforeLedger, possibleConflicts, rowsNotChecked } = receipt;
  const judged = receipt.records - receipt.unsampled - beforeLedger;
  const share = sample !== '1' || beforeLedger > 0n ? ` of ${formatCount(receipt.records)}` : '';
  return [
    isClean
      ? `the tables account for ${formatThings(judged, 'record')}${share}, as they were sent`
      : `differences in ${formatThings(judged, 'record')}${share}: ${formatCount(receipt.differences)}`,
    ...(beforeLedger > 0n
      ? [`records before the ledger's start that are not stored: ${formatCount(beforeLedger)}`]
      : []),
    ...(possibleConflicts > 0n ? [warnOfConflicts(receipt)] : []),
    rowsNotChecked === null
      ? 'every row has a record'
      : `rows without a record were not checked: ${rowsNotChecked}`,
  ].join('\n');
}

function warnOfConflicts({ possibleConflicts, possibleConflictRecords: [first] }: Receipt): string {
  const kind = 'records that differ from their rows, or repeat ids of records that were not read';
  return `${kind}: ${formatCount(possibleConflicts)}, first ${first?.record}`;
}

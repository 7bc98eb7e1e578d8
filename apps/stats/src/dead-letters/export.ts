import { type Database, type DeadLetterFilter, readDeadLetters, type StoredDeadLetter } from '@pipeline/db';

/**
 * `ndjson` is each value as a line of its own, byte for byte, as `producer --from` reads it; `csv` is a table about the
 * letters, without their bytes.
 */
export type ExportFormat = 'ndjson' | 'csv';

/** The letters that match, line by line; undefined for one that would not be read back as one line. */
export async function* exportLines(
  database: Database,
  filter: DeadLetterFilter,
  format: ExportFormat,
): AsyncGenerator<Buffer | string | undefined> {
  if (format === 'csv') yield `${csvColumns.join(',')}\n`;
  for await (const letter of readDeadLetters(database, filter))
    yield format === 'csv' ? toCsv(letter) : toLine(letter);
}

/** Undefined for what would not be read back as one line. */
export function toLine({ value }: Pick<StoredDeadLetter, 'value'>): Buffer | undefined {
  if (value === null || value.length === 0 || value.includes('\n') || value.at(-1) === 13) return undefined;
  return Buffer.concat([value, Buffer.from('\n')]);
}

const csvColumns = [
  'id',
  'topic',
  'partition',
  'offset',
  'reason',
  'event_type',
  'status',
  'failed_at',
  'detail',
];

/** RFC 4180; a text that a spreadsheet would take for a formula begins with an apostrophe. */
export function toCsv(letter: Omit<StoredDeadLetter, 'key' | 'value' | 'headers'>): string {
  const { id, topic, partition, offset, reason, eventType, status, failedAt, detail } = letter;
  const cells = [id, topic, partition, offset, reason, eventType ?? '', status, failedAt, detail];
  return `${cells.map((cell) => quoteCell(String(cell))).join(',')}\n`;
}

function quoteCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

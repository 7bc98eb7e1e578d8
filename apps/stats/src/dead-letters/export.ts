import type { Database } from '@pipeline/db';
import { type DeadLetterFilter, readDeadLetters, type StoredDeadLetter } from '@pipeline/db/dead-letters';

/**
 * `ndjson` has the values as lines, byte for byte, for `producer --from`; `csv` has everything but the bytes.
 */
export type ExportFormat = 'ndjson' | 'csv';

/** Yields the matching dead letters line by line, and undefined for a value that is not exactly one line. */
export async function* exportLines(
  database: Database,
  filter: DeadLetterFilter,
  format: ExportFormat,
): AsyncGenerator<Buffer | string | undefined> {
  if (format === 'csv') yield CSV_HEADER;
  for await (const deadLetter of readDeadLetters(database, filter))
    yield format === 'csv' ? toCsv(deadLetter) : toLine(deadLetter);
}

/** Undefined for a value that is empty or contains line ends. */
export function toLine({ value }: Pick<StoredDeadLetter, 'value'>): Buffer | undefined {
  if (value === null || value.length === 0 || value.includes('\n') || value.at(-1) === 13) return undefined;
  return Buffer.concat([value, Buffer.from('\n')]);
}

const CSV_HEADER = 'id,topic,partition,offset,reason,event_type,status,failed_at,detail\n';

/** RFC 4180; text that a spreadsheet would evaluate as a formula is prefixed with an apostrophe. */
export function toCsv(deadLetter: Omit<StoredDeadLetter, 'key' | 'value' | 'headers'>): string {
  const { id, topic, partition, offset, reason, eventType, status, failedAt, detail } = deadLetter;
  const cells = [id, topic, partition, offset, reason, eventType ?? '', status, failedAt, detail];
  return `${cells.map((cell) => quoteCell(String(cell))).join(',')}\n`;
}

function quoteCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

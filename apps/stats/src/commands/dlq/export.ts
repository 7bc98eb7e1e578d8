import { once } from 'node:events';
import { type Letter, type LetterFilter, readLetters } from '@pipeline/db';
import { say } from '../../say.ts';
import { openView, type StatsSettings } from '../../view.ts';

/**
 * Writes the letters that match to stdout: `ndjson` is each value as a line of its own, byte for byte, as
 * `producer --from` reads it; `csv` is a table about them, without their bytes.
 */
export async function exportDeadLetters(
  settings: StatsSettings,
  filter: LetterFilter,
  format: 'ndjson' | 'csv',
): Promise<void> {
  await using view = openView(settings);
  if (format === 'csv') await write(`${csvColumns.join(',')}\n`);
  let left = 0;
  for await (const letter of readLetters(view.database, filter)) {
    const line = format === 'csv' ? toCsv(letter) : toLine(letter);
    if (line === undefined) left++;
    else await write(line);
  }
  if (left > 0) say(`${left} values are empty or hold line ends, and were left out`);
}

/** Undefined for what would not be read back as one line. */
export function toLine({ value }: Pick<Letter, 'value'>): Buffer | undefined {
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
export function toCsv(letter: Omit<Letter, 'key' | 'value' | 'headers'>): string {
  const { id, topic, partition, offset, reason, eventType, status, failedAt, detail } = letter;
  const cells = [id, topic, partition, offset, reason, eventType ?? '', status, failedAt, detail];
  return `${cells.map((cell) => quoteCell(String(cell))).join(',')}\n`;
}

function quoteCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

async function write(data: string | Buffer): Promise<void> {
  if (!process.stdout.write(data)) await once(process.stdout, 'drain');
}

import { once } from 'node:events';
import type { LetterFilter } from '@pipeline/db';
import { type ExportFormat, exportLines } from '../../dead-letters/export.ts';
import { say } from '../../say.ts';
import { openView, type StatsSettings } from '../../view.ts';

/** Writes the letters that match to stdout. */
export async function exportDeadLetters(
  settings: StatsSettings,
  filter: LetterFilter,
  format: ExportFormat,
): Promise<void> {
  await using view = openView(settings);
  let left = 0;
  for await (const line of exportLines(view.database, filter, format)) {
    if (line === undefined) left++;
    else if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  }
  if (left > 0) say(`${left} values are empty or hold line ends, and were left out`);
}

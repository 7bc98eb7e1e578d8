import { once } from 'node:events';
import type { DeadLetterFilter } from '@pipeline/db';
import { type ExportFormat, exportLines } from '../../dead-letters/export.ts';
import { say } from '../../say.ts';
import { openStatsContext, type StatsSettings } from '../../stats-context.ts';

/** Writes the letters that match to stdout. */
export async function exportDeadLetters(
  settings: StatsSettings,
  filter: DeadLetterFilter,
  format: ExportFormat,
): Promise<void> {
  await using view = openStatsContext(settings);
  let left = 0;
  for await (const line of exportLines(view.database, filter, format)) {
    if (line === undefined) left++;
    else if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  }
  if (left > 0) say(`${left} values are empty or hold line ends, and were left out`);
}

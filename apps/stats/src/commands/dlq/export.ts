import { once } from 'node:events';
import type { DeadLetterFilter } from '@pipeline/db/dead-letters';
import type { StatsContext } from '../../collect/stats-context.ts';
import { type ExportFormat, exportLines } from '../../dead-letters/export.ts';

/** Writes the matching dead letters to stdout. */
export async function exportDeadLetters(
  { database, say, signal }: StatsContext,
  filter: DeadLetterFilter,
  format: ExportFormat,
): Promise<void> {
  let omitted = 0;
  for await (const line of exportLines(database, filter, format)) {
    signal.throwIfAborted();
    if (line === undefined) omitted++;
    else if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  }
  if (omitted > 0) say(`omitted ${omitted} values that are empty or contain line ends`);
}

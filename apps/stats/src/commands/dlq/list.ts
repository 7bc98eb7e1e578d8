import { type DeadLetterFilter, type DeadLetterSummary, listStoredDeadLetters } from '@pipeline/db';
import { renderColumns } from '../../columns.ts';
import { clipPrintable, toPrintableJson } from '../../printable.ts';
import { say } from '../../say.ts';
import { openStatsContext, type StatsSettings } from '../../stats-context.ts';

export interface ListOptions {
  readonly limit: number;
  readonly before?: bigint | undefined;
  readonly json?: boolean | undefined;
}

const columns = ['ID', 'REASON', 'EVENT TYPE', 'FAILED AT', 'FROM', 'REDRIVES', 'STATUS', 'WHAT IS WRONG'];

/** Prints the latest letters that match, the newest first. */
export async function listDeadLetters(
  settings: StatsSettings,
  filter: DeadLetterFilter,
  { json, ...page }: ListOptions,
): Promise<void> {
  await using view = openStatsContext(settings);
  const letters = await listStoredDeadLetters(view.database, filter, page);
  if (json) process.stdout.write(letters.map((letter) => `${toPrintableJson(toPlain(letter))}\n`).join(''));
  else process.stdout.write(`${renderColumns(columns, letters.map(toCells))}\n`);
  const last = letters.at(-1);
  if (last !== undefined && letters.length === page.limit) say(`older ones: --before ${last.id}`);
}

function toCells(letter: DeadLetterSummary): readonly string[] {
  const { id, reason, eventType, failedAt, redriveCount, status, detail } = letter;
  return [
    String(id),
    reason,
    clipPrintable(eventType ?? '-', 24),
    failedAt.slice(0, 19),
    placeOf(letter),
    String(redriveCount),
    status,
    clipPrintable(detail, 60),
  ];
}

/** Where a letter comes from, in few characters. */
export function placeOf({ topic, partition, offset }: DeadLetterSummary): string {
  return `${clipPrintable(topic, 40)}/${partition}@${offset}`;
}

/** A letter as JSON has it: numbers of 64 bits are texts. */
export function toPlain({ id, offset, ...others }: DeadLetterSummary) {
  return { id: String(id), offset: String(offset), ...others };
}

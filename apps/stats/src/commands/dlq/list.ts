import {
  type DeadLetterFilter,
  type DeadLetterSummary,
  listStoredDeadLetters,
} from '@pipeline/db/dead-letters';
import { clipPrintable, renderColumns } from '@pipeline/program';
import type { StatsContext } from '../../collect/stats-context.ts';
import { printJson } from '../../terminal/json.ts';

export interface ListOptions {
  readonly limit: number;
  readonly before?: bigint | undefined;
  readonly json?: boolean | undefined;
}

const columns = ['ID', 'REASON', 'EVENT TYPE', 'FAILED AT', 'FROM', 'REDRIVES', 'STATUS', 'ERROR'];

/** Prints the latest matching dead letters, newest first. */
export async function listDeadLetters(
  { database, say }: StatsContext,
  filter: DeadLetterFilter,
  { json, ...page }: ListOptions,
): Promise<void> {
  const deadLetters = await listStoredDeadLetters(database, filter, page);
  if (json) deadLetters.forEach(printJson);
  else process.stdout.write(`${renderColumns(columns, deadLetters.map(toCells))}\n`);
  const last = deadLetters.at(-1);
  if (last !== undefined && deadLetters.length === page.limit) say(`for older ones add --before ${last.id}`);
}

function toCells(deadLetter: DeadLetterSummary): readonly string[] {
  const { id, reason, eventType, failedAt, redriveCount, status, detail } = deadLetter;
  return [
    String(id),
    reason,
    clipPrintable(eventType ?? '-', 24),
    failedAt.slice(0, 19),
    placeOf(deadLetter),
    String(redriveCount),
    status,
    clipPrintable(detail, 60),
  ];
}

/** The origin of a dead letter, as `TOPIC/PARTITION@OFFSET`. */
export function placeOf({ topic, partition, offset }: DeadLetterSummary): string {
  return `${clipPrintable(topic, 40)}/${partition}@${offset}`;
}

import {
  countDeadLetters,
  type DeadLetterFilter,
  discardDeadLetters,
  newestDeadLetterId,
} from '@pipeline/db/dead-letters';
import { toPrintableJson } from '@pipeline/program';
import type { StatsContext } from '../../collect/stats-context.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { ChangeFlags } from '../options.ts';

export interface DiscardFlags extends ChangeFlags {
  readonly because: string;
}

/** Discards open dead letters for a reason, except those that arrive later. Their bytes stay in the table. */
export async function discardOpen(
  context: StatsContext,
  filter: DeadLetterFilter,
  options: DiscardFlags,
): Promise<void> {
  const { database } = context;
  const open: DeadLetterFilter = { ...filter, status: 'open', upTo: await newestDeadLetterId(database) };
  const matching = await countDeadLetters(database, open);
  const discarded = await discardMatching(context, open, matching, options);
  if (options.json) process.stdout.write(toJsonLine(matching, discarded, options));
}

/** Returns how many were discarded. */
async function discardMatching(
  { writableDatabase, say }: StatsContext,
  open: DeadLetterFilter,
  matching: bigint,
  { by, because, dryRun, yes }: DiscardFlags,
): Promise<bigint> {
  if (dryRun) say(`would discard ${matching} open dead letters`);
  else if (matching === 0n) say('no open dead letter matches');
  if (dryRun || matching === 0n) return 0n;
  await confirm(`discard ${matching} open dead letters`, yes);
  const discarded = await discardDeadLetters(writableDatabase, open, { because, by });
  say(`discarded: ${discarded}`);
  return discarded;
}

function toJsonLine(matching: bigint, discarded: bigint, { dryRun = false }: DiscardFlags): string {
  const counts = { matching: String(matching), discarded: String(discarded) };
  return `${toPrintableJson({ schemaVersion: 1, dryRun, ...counts })}\n`;
}

import {
  countDeadLetters,
  type DeadLetterFilter,
  discardDeadLetters,
  newestDeadLetterId,
} from '@pipeline/db/dead-letters';
import type { StatsContext } from '../../collect/stats-context.ts';
import { confirmChange } from '../../terminal/confirm.ts';
import { printJson } from '../../terminal/json.ts';
import type { ChangeFlags } from '../options.ts';

export interface DiscardFlags extends ChangeFlags {
  readonly because: string;
}

/** Discards open dead letters for a reason, except those that arrive later. Their bytes stay in the table. */
export async function discardOpen(
  { database, writableDatabase, say }: StatsContext,
  filter: DeadLetterFilter,
  { dryRun = false, json, ...flags }: DiscardFlags,
): Promise<void> {
  const open: DeadLetterFilter = { ...filter, status: 'open', upTo: await newestDeadLetterId(database) };
  const matching = await countDeadLetters(database, open);
  const what = `discard ${matching} open dead letters`;
  const change = { what, rows: matching, nothing: 'no open dead letter matches' };
  let discarded = 0n;
  if (await confirmChange(change, { dryRun, ...flags }, say)) {
    discarded = await discardDeadLetters(writableDatabase, open, flags);
    say(`discarded: ${discarded}`);
  }
  if (json) printJson({ schemaVersion: 1, dryRun, matching, discarded });
}

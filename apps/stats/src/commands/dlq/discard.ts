import {
  countDeadLetters,
  type DeadLetterFilter,
  discardDeadLetters,
  newestDeadLetterId,
} from '@pipeline/db';
import { say } from '../../say.ts';
import { openStatsContext, type StatsSettings } from '../../stats-context.ts';
import { confirm } from './confirm.ts';

export interface DiscardOptions {
  /** Who does it. */
  readonly by: string;
  readonly because: string;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** Closes open letters for a reason, but none that fails from now on; their bytes stay in the table. */
export async function discardOpenLetters(
  settings: StatsSettings,
  filter: DeadLetterFilter,
  { by, because, dryRun, yes }: DiscardOptions,
): Promise<void> {
  await using view = openStatsContext(settings);
  const open: DeadLetterFilter = { ...filter, status: 'open', upTo: await newestDeadLetterId(view.database) };
  const matching = await countDeadLetters(view.database, open);
  if (dryRun) return say(`would discard ${matching} open letters`);
  if (matching === 0n) return say('no open letter matches');
  await confirm(`discard ${matching} open letters`, yes);
  say(`discarded: ${await discardDeadLetters(view.writableDatabase, open, { because, by })}`);
}

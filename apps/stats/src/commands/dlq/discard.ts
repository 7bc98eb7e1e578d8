import { countLetters, discardLetters, type LetterFilter, newestLetter } from '@pipeline/db';
import { say } from '../../say.ts';
import { openView, type StatsSettings } from '../../view.ts';
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
  filter: LetterFilter,
  { by, because, dryRun, yes }: DiscardOptions,
): Promise<void> {
  await using view = openView(settings);
  const open: LetterFilter = { ...filter, status: 'open', upTo: await newestLetter(view.database) };
  const matching = await countLetters(view.database, open);
  if (dryRun) return say(`would discard ${matching} open letters`);
  if (matching === 0n) return say('no open letter matches');
  await confirm(`discard ${matching} open letters`, yes);
  say(`discarded: ${await discardLetters(view.actingDatabase, open, { because, by })}`);
}

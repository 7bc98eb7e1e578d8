import { countPurgeable, type Persist, purge } from '@pipeline/db';
import { exitAfter, stopSignal } from '@pipeline/runtime';
import { formatCount } from '../../web/format.ts';
import { showProgress } from '../progress.ts';
import { isRetriable, reachPostgres } from '../reach-postgres.ts';
import { say } from '../say.ts';
import { ANY_LENGTH_MS, openStatsContext, STOP_MS, type StatsSettings } from '../stats-context.ts';
import { confirm } from './dlq/confirm.ts';

export interface PurgeFlags {
  readonly before: Date;
  /** Who does it. */
  readonly by: string;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** Removes what is old, after a question that says how much that is. */
export async function purgeOld(
  settings: StatsSettings,
  { before, by, dryRun, yes }: PurgeFlags,
): Promise<void> {
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  await using view = openStatsContext({ ...settings, DATABASE_STATEMENT_TIMEOUT_MS: ANY_LENGTH_MS });
  const persist: Persist = (step) =>
    reachPostgres(step, view.writableDatabase, { signal, isTransient: isRetriable });
  const { events, deadLetters } = await persist(() => countPurgeable(view.database, before));
  const what = `${formatCount(events)} events and ${formatCount(deadLetters)} resolved dead letters from before ${before.toISOString()}`;
  if (dryRun) return say(`would purge ${what}`);
  if (events + deadLetters === 0n) return say('nothing is older');
  await confirm(`purge ${what}`, yes);
  using progress = showProgress('purging');
  const purged = await purge(view.writableDatabase, before, {
    by,
    now: new Date(),
    persist,
    signal,
    onProgress: progress.report,
  });
  say(`purged ${formatCount(purged.events)} events and ${formatCount(purged.deadLetters)} dead letters`);
}

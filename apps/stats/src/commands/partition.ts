import { codeOf, type Partitioned, partitionEvents } from '@pipeline/db';
import { exitAfter, stopSignal, UserError } from '@pipeline/runtime';
import { isRetriable, reachPostgres } from '../reach-postgres.ts';
import { say } from '../say.ts';
import { ANY_LENGTH_MS, openStatsContext, STOP_MS, type StatsSettings } from '../stats-context.ts';

const CHECK_VIOLATION = '23514';

/**
 * Keeps `raw_events` in partitions by day, and makes those of the days ahead.
 * @throws UserError when the table holds ids that cannot be parted by day, or others have hung something on it
 */
export async function partitionByDay(settings: StatsSettings, daysAhead: number): Promise<void> {
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  await using view = openStatsContext({ ...settings, DATABASE_STATEMENT_TIMEOUT_MS: ANY_LENGTH_MS });
  const options = { signal, isTransient: isRetriable };
  const persist = <Value>(step: () => Promise<Value>) =>
    reachPostgres(() => step().catch(explain), view.writableDatabase, options);
  sayWhat(await partitionEvents(view.writableDatabase, new Date(), daysAhead, persist));
}

function explain(error: unknown): never {
  if (codeOf(error) !== CHECK_VIOLATION) throw error;
  throw new UserError(
    'raw_events holds ids that are not of version 7, or of days to come: they have no day to be parted by',
    'keep it in one piece, and use "stats purge"',
  );
}

function sayWhat({ isConverted, made, skipped }: Partitioned): void {
  if (isConverted) say('raw_events is in partitions now; what was there is in raw_events_before');
  say(made.length === 0 ? 'there is no partition to be made' : `made ${made.join(', ')}`);
  for (const day of skipped) say(`no partition for ${day}: raw_events_other holds ids of that day already`);
}

import { codeOf, type Partitioned, partitionEvents } from '@pipeline/db';
import { Failure, stopSignal } from '@pipeline/runtime';
import { say } from '../say.ts';
import { openView, type StatsSettings } from '../view.ts';
import { waitForPostgres } from '../wait-for-postgres.ts';

/** Reading all rows once may take as long as it takes. */
const DAY_MS = 86_400_000;
const CHECK_VIOLATION = '23514';

/**
 * Keeps `raw_events` in partitions by day, and makes those of the days ahead.
 * @throws Failure when the table holds ids that cannot be parted by day
 */
export async function partitionByDay(settings: StatsSettings, daysAhead: number): Promise<void> {
  const signal = stopSignal();
  await using view = openView({ ...settings, DATABASE_STATEMENT_TIMEOUT_MS: DAY_MS });
  const persist = <Value>(step: () => Promise<Value>) =>
    waitForPostgres(() => step().catch(explain), view.actingDatabase, { signal });
  sayWhat(await partitionEvents(view.actingDatabase, new Date(), daysAhead, persist));
}

function explain(error: unknown): never {
  if (codeOf(error) !== CHECK_VIOLATION) throw error;
  throw new Failure(
    'raw_events holds ids that are not of version 7, or of days to come: they have no day to be parted by',
    'keep it in one piece, and use "stats purge"',
  );
}

function sayWhat({ isConverted, made }: Partitioned): void {
  if (isConverted) say('raw_events is in partitions now; what was there is in raw_events_before');
  say(made.length === 0 ? 'all partitions are there' : `made ${made.join(', ')}`);
}

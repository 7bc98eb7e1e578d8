import { codeOf, type Persist } from '@pipeline/db';
import { type Partitioned, partitionEvents } from '@pipeline/db/maintenance';
import { commandLine } from '@pipeline/program';
import { UserError } from '@pipeline/runtime';
import { maintain, type WaitFlag } from '../collect/reach-postgres.ts';
import type { StatsSettings } from '../collect/stats-context.ts';
import type { Say } from '../terminal/diagnostics.ts';

const CHECK_VIOLATION = '23514';

export interface PartitionFlags extends WaitFlag {
  /** Days. */
  readonly ahead: number;
}

/**
 * Partitions `raw_events` by day, and creates the partitions of the days ahead.
 * @throws UserError if the table contains ids that cannot be partitioned by day, or other objects depend on
 *   it
 */
export async function partitionByDay(settings: StatsSettings, flags: PartitionFlags): Promise<void> {
  await maintain(settings, flags, async ({ context: { writableDatabase, say }, persist }) => {
    const explaining: Persist = (step) => persist(() => step().catch(explain));
    report(await partitionEvents(writableDatabase, new Date(), flags.ahead, explaining), say);
  });
}

function explain(error: unknown): never {
  if (codeOf(error) !== CHECK_VIOLATION) throw error;
  throw new UserError(
    'raw_events contains ids that are not UUIDv7 or are dated in the future, so it cannot be partitioned by day',
    `keep it unpartitioned, and use "${commandLine('stats', ['purge'])}"`,
  );
}

function report({ isConverted, made, skipped }: Partitioned, say: Say): void {
  if (isConverted)
    say('raw_events is partitioned now; the earlier rows are in the partition raw_events_before');
  say(made.length === 0 ? 'all partitions exist' : `created ${made.join(', ')}`);
  for (const day of skipped) say(`no partition for ${day}: raw_events_other already holds ids of that day`);
}

import { describeError, isTransientError, toUserError } from '@pipeline/db';
import { exitCode, UserError } from '@pipeline/runtime';
import { renderColumns } from '../columns.ts';
import type { Snapshot } from '../snapshot.ts';
import { openStatsContext, type StatsContext, type StatsSettings } from '../stats-context.ts';
import { judgeThresholds, type Thresholds, type Verdict } from '../thresholds.ts';

/**
 * Looks once, without waiting for anybody, and prints each figure beside its threshold.
 * @throws UserError with exit code 3 when one is exceeded, or not known: nobody can say then that all is well
 */
export async function checkThresholds(settings: StatsSettings, thresholds: Thresholds): Promise<void> {
  if (Object.values(thresholds).every((one) => one === undefined)) {
    throw new UserError('nothing to check', 'give --max-lag, --max-age or --max-dlq', exitCode.usage);
  }
  await using view = openStatsContext(settings);
  const verdicts = judgeThresholds(await lookOnce(view), thresholds);
  process.stdout.write(`${renderColumns(['FIGURE', 'FOUND', 'AT MOST', 'STATE'], verdicts.map(toCells))}\n`);
  if (verdicts.every(({ state }) => state === 'ok')) return;
  throw new UserError('not all is well', 'see "stats start"', exitCode.checkFailed);
}

async function lookOnce({ database, collect }: StatsContext): Promise<Snapshot> {
  try {
    return await collect();
  } catch (error) {
    if (!isTransientError(error)) throw toUserError(error);
    throw new UserError(
      `Postgres at ${database.address} does not answer: ${describeError(error)}`,
      'nothing could be checked',
      exitCode.checkFailed,
    );
  }
}

function toCells({ figure, value, atMost, state }: Verdict): readonly string[] {
  return [figure, value === null ? 'n/a' : String(Math.ceil(value)), String(atMost), state];
}

import { commandLine, renderColumns } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import { reachPostgres, type WaitFlag } from '../collect/reach-postgres.ts';
import { openStatsContext, type StatsSettings } from '../collect/stats-context.ts';
import { judgeThresholds, type Thresholds, type Verdict } from '../status/thresholds.ts';

/**
 * Compares figures with their thresholds, and prints both.
 * @throws UserError with exit code 3 if a threshold is exceeded or cannot be evaluated
 */
export async function checkThresholds(
  settings: StatsSettings,
  { wait, maxLag, maxAge, maxDlq }: Thresholds & WaitFlag,
): Promise<void> {
  if (maxLag === undefined && maxAge === undefined && maxDlq === undefined)
    throw new UserError('nothing to check', 'add --max-lag, --max-age or --max-dlq', exitCode.usage);
  await using context = openStatsContext(settings);
  const options = { wait, unreachableCode: exitCode.checkFailed };
  const snapshot = await reachPostgres(context.collect, context, options);
  const verdicts = judgeThresholds(snapshot, { maxLag, maxAge, maxDlq });
  process.stdout.write(`${renderColumns(['FIGURE', 'FOUND', 'AT MOST', 'STATE'], verdicts.map(toCells))}\n`);
  if (verdicts.every(({ state }) => state === 'ok')) return;
  const isExceeded = verdicts.some(({ state }) => state === 'over');
  const problem = isExceeded ? 'a threshold is exceeded' : 'a figure is unknown';
  throw new UserError(problem, `run "${commandLine('stats')}" for details`, exitCode.checkFailed);
}

function toCells({ figure, value, atMost, state }: Verdict): readonly string[] {
  return [figure, value === null ? 'n/a' : String(Math.ceil(value)), String(atMost), state];
}

import { commandLine, renderColumns, stopSignal } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import { reachPostgres } from '../collect/reach-postgres.ts';
import { openStatsContext, type StatsSettings } from '../collect/stats-context.ts';
import { judgeThresholds, type Thresholds, type Verdict } from '../status/thresholds.ts';

export interface CheckOptions extends Thresholds {
  /** Whether to wait for Postgres. */
  readonly wait?: boolean | undefined;
}

/**
 * Compares figures with their thresholds, and prints both.
 * @throws UserError with exit code 3 if a threshold is exceeded or cannot be evaluated
 */
export async function checkThresholds(
  settings: StatsSettings,
  { wait = false, ...thresholds }: CheckOptions,
): Promise<void> {
  if (Object.values(thresholds).every((one) => one === undefined)) {
    throw new UserError('nothing to check', 'add --max-lag, --max-age or --max-dlq', exitCode.usage);
  }
  const signal = stopSignal();
  await using context = openStatsContext(settings);
  const options = { signal, wait, unreachableCode: exitCode.checkFailed };
  const snapshot = await reachPostgres(context.collect, context, options);
  const verdicts = judgeThresholds(snapshot, thresholds);
  process.stdout.write(`${renderColumns(['FIGURE', 'FOUND', 'AT MOST', 'STATE'], verdicts.map(toCells))}\n`);
  if (verdicts.every(({ state }) => state === 'ok')) return;
  const isExceeded = verdicts.some(({ state }) => state === 'over');
  const problem = isExceeded ? 'a threshold is exceeded' : 'a figure is unknown';
  throw new UserError(problem, `run "${commandLine('stats')}" for details`, exitCode.checkFailed);
}

function toCells({ figure, value, atMost, state }: Verdict): readonly string[] {
  return [figure, value === null ? 'n/a' : String(Math.ceil(value)), String(atMost), state];
}

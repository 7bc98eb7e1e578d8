import { countDeadLetters, type DeadLetterFilter, newestDeadLetterId } from '@pipeline/db/dead-letters';
import { createRecordPace, exitCode, UserError } from '@pipeline/runtime';
import type { StatsContext } from '../../collect/stats-context.ts';
import { redriveOpen } from '../../dead-letters/redrive.ts';
import { confirmChange } from '../../terminal/confirm.ts';
import type { ChangeFlags } from '../options.ts';
import { createRedriveReport } from './redrive-report.ts';

export interface RedriveFlags extends ChangeFlags {
  /** Maximum number of dead letters. */
  readonly limit: number;
  /** Dead letters per second; defaults to the setting. */
  readonly rate?: number | undefined;
}

/**
 * Publishes open dead letters to their original topics, oldest first, except those that arrive later. Each is
 * closed once Kafka has acknowledged it, so that a crash can send only the current one twice; a repeated
 * redrive continues with the rest.
 * @throws UserError with exit code 3 if some could not be published, 1 if Kafka is unreachable
 */
export async function redriveDeadLetters(
  context: StatsContext,
  filter: DeadLetterFilter,
  flags: RedriveFlags,
): Promise<void> {
  const { database, say, settings, signal } = context;
  const open: DeadLetterFilter = { ...filter, status: 'open', upTo: await newestDeadLetterId(database) };
  const matching = await countDeadLetters(database, open);
  const most = matching < flags.limit ? Number(matching) : flags.limit;
  const what = `redrive ${most} of ${matching} open dead letters${await describeExhausted(context, open)}`;
  const report = createRedriveReport(flags, matching);
  const change = { what, rows: matching, nothing: 'no open dead letter matches' };
  if (!(await confirmChange(change, flags, say))) return report.end();
  // Without the signal: a stop ends the redrive after the current dead letter, not by an error.
  const pace = createRecordPace(flags.rate ?? settings.DLQ_REDRIVE_RATE);
  const order = { filter: open, most, signal, by: flags.by, pace };
  try {
    for await (const outcome of redriveOpen(context, order)) report.add(outcome);
  } finally {
    report.end();
  }
  const { redriven, failed } = report.counts;
  say(`redriven: ${redriven}, failed: ${failed}, not attempted: ${most - redriven - failed}`);
  if (failed > 0)
    throw new UserError(`${failed} dead letters were not redriven`, 'see their errors', exitCode.checkFailed);
}

/** Mentions the dead letters that have reached the maximum of redrives. */
async function describeExhausted(
  { database, settings }: StatsContext,
  open: DeadLetterFilter,
): Promise<string> {
  const redriven = settings.DLQ_MAX_REDRIVES;
  const exhausted = await countDeadLetters(database, { ...open, redriven });
  return exhausted === 0n ? '' : `, except ${exhausted} that were redriven ${redriven} times already`;
}

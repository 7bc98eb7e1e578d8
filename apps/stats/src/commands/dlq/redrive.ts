import {
  countDeadLetters,
  type DeadLetterFilter,
  newestDeadLetterId,
  openRedriveQueue,
} from '@pipeline/db/dead-letters';
import { connectKafka, openPublisher } from '@pipeline/kafka';
import { createLogger } from '@pipeline/program';
import { exitCode, UserError } from '@pipeline/runtime';
import type { StatsContext, StatsSettings } from '../../collect/stats-context.ts';
import { createPace } from '../../dead-letters/pace.ts';
import { type RedriveOrder, redriveOpen } from '../../dead-letters/redrive.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { ChangeFlags } from '../options.ts';
import { RedriveReport } from './redrive-report.ts';

export interface RedriveOptions extends ChangeFlags {
  /** Maximum number of dead letters. */
  readonly limit: number;
  /** Dead letters per second; defaults to the setting. */
  readonly rate?: number | undefined;
  /** Ends the redrive after the current dead letter. */
  readonly signal: AbortSignal;
}

/**
 * Publishes open dead letters to their original topics, oldest first, except those that arrive later. Each is
 * closed once Kafka has acknowledged it, so that a crash can send only the current one twice; a repeated
 * redrive continues with the rest.
 * @throws UserError with exit code 3 if some could not be published, 1 if Kafka is unreachable
 */
export async function redriveDeadLetters(
  context: StatsContext,
  settings: StatsSettings,
  filter: DeadLetterFilter,
  options: RedriveOptions,
): Promise<void> {
  const { database, say } = context;
  const open: DeadLetterFilter = { ...filter, status: 'open', upTo: await newestDeadLetterId(database) };
  const matching = await countDeadLetters(database, open);
  const most = matching < options.limit ? Number(matching) : options.limit;
  const what = `${most} of ${matching} open dead letters${await describeExhausted(context, open, settings)}`;
  const report = new RedriveReport(options, matching);
  if (options.dryRun || most === 0) {
    say(options.dryRun ? `would redrive ${what}` : 'no open dead letter matches');
    return report.end();
  }
  await confirm(`redrive ${what}`, options.yes);
  await redriveAll(settings, options, { filter: open, most, signal: options.signal }, report).finally(() =>
    report.end(),
  );
  const { redriven, failed } = report;
  say(`redriven: ${redriven}, failed: ${failed}, not attempted: ${most - redriven - failed}`);
  if (failed > 0)
    throw new UserError(`${failed} dead letters were not redriven`, 'see their errors', exitCode.checkFailed);
}

/** Mentions the dead letters that have reached the maximum of redrives. */
async function describeExhausted(
  { database }: StatsContext,
  open: DeadLetterFilter,
  { DLQ_MAX_REDRIVES: redriven }: StatsSettings,
): Promise<string> {
  const exhausted = await countDeadLetters(database, { ...open, redriven });
  return exhausted === 0n ? '' : `, except ${exhausted} that were redriven ${redriven} times already`;
}

async function redriveAll(
  settings: StatsSettings,
  { by, rate = settings.DLQ_REDRIVE_RATE }: RedriveOptions,
  order: RedriveOrder,
  report: RedriveReport,
): Promise<void> {
  await using queue = openRedriveQueue(settings, by);
  const kafka = connectKafka(settings, 'stats', createLogger('stats', settings));
  await using publisher = await openPublisher(kafka);
  const parts = { queue, publisher, maxRedrives: settings.DLQ_MAX_REDRIVES, pace: createPace(rate) };
  for await (const outcome of redriveOpen(parts, order)) report.add(outcome);
}

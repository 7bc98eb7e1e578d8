import {
  countDeadLetters,
  type Database,
  type DeadLetterFilter,
  newestDeadLetterId,
  openRedriveQueue,
  type RedriveOutcome,
} from '@pipeline/db';
import { connectKafka, openPublisher } from '@pipeline/kafka';
import { createLogger, exitAfter, exitCode, stopSignal, UserError } from '@pipeline/runtime';
import { createPace } from '../../dead-letters/pace.ts';
import { type RedriveOrder, redriveOpen } from '../../dead-letters/redrive.ts';
import { say } from '../../say.ts';
import { openStatsContext, STOP_MS, type StatsSettings } from '../../stats-context.ts';
import { confirm } from './confirm.ts';
import { placeOf } from './list.ts';

export interface RedriveOptions {
  /** Who does it. */
  readonly by: string;
  /** The most letters. */
  readonly limit: number;
  /** Letters a second; defaults to the setting. */
  readonly rate?: number | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/**
 * Sends open letters to the topics that they came from, the oldest first, but none that fails from now on. Letters are
 * closed once Kafka has acknowledged them, so when this process dies at most those that were just being sent are sent
 * twice, and starting it again goes on with the rest.
 * @throws UserError with exit code 3 when some could not be sent, 1 when Kafka is away
 */
export async function redriveDeadLetters(
  settings: StatsSettings,
  filter: DeadLetterFilter,
  options: RedriveOptions,
): Promise<void> {
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  await using view = openStatsContext(settings);
  const open: DeadLetterFilter = { ...filter, status: 'open', upTo: await newestDeadLetterId(view.database) };
  const matching = await countDeadLetters(view.database, open);
  const most = matching < options.limit ? Number(matching) : options.limit;
  const what = `${most} of ${matching} open letters${await describeSpent(view.database, open, settings)}`;
  if (options.dryRun) return say(`would redrive ${what}`);
  if (most === 0) return say('no open letter matches');
  await confirm(`redrive ${what}`, options.yes);
  const failed = await redriveAll(settings, options, { filter: open, most, signal });
  if (failed > 0)
    throw new UserError(`${failed} letters were not redriven`, 'see what each says', exitCode.checkFailed);
}

/** Those among them that will be left alone. */
async function describeSpent(
  database: Database,
  open: DeadLetterFilter,
  { DLQ_MAX_REDRIVES: redriven }: StatsSettings,
): Promise<string> {
  const spent = await countDeadLetters(database, { ...open, redriven });
  return spent === 0n ? '' : `, but for ${spent} that were redriven ${redriven} times already`;
}

/** Prints what became of each; returns how many were not redriven. */
async function redriveAll(
  settings: StatsSettings,
  { by, rate = settings.DLQ_REDRIVE_RATE }: RedriveOptions,
  order: RedriveOrder,
): Promise<number> {
  await using queue = openRedriveQueue(settings, by);
  const kafka = connectKafka(settings, 'stats', createLogger('stats', settings));
  await using publisher = await openPublisher(kafka);
  const parts = { queue, publisher, maxRedrives: settings.DLQ_MAX_REDRIVES, pace: createPace(rate) };
  const tally = { redriven: 0, failed: 0 };
  for await (const outcome of redriveOpen(parts, order)) {
    tally['place' in outcome ? 'redriven' : 'failed']++;
    process.stdout.write(toLine(outcome));
  }
  const { redriven, failed } = tally;
  say(`redriven: ${redriven}, failed: ${failed}, not reached: ${order.most - redriven - failed}`);
  return failed;
}

function toLine(outcome: RedriveOutcome): string {
  const { letter } = outcome;
  return `${letter.id}\t${placeOf(letter)}\t${'place' in outcome ? 'redriven' : outcome.problem}\n`;
}

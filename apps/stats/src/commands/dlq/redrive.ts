import { setTimeout as sleep } from 'node:timers/promises';
import { countLetters, type LetterFilter, readLetters } from '@pipeline/db';
import { connectKafka, openPublisher } from '@pipeline/kafka';
import { createLogger, exitCode, Failure, stopSignal } from '@pipeline/runtime';
import { createRedrive } from '../../dead-letters/redrive.ts';
import { say } from '../../say.ts';
import { openView, type StatsSettings } from '../../view.ts';
import { confirm } from './confirm.ts';
import { placeOf } from './list.ts';

export interface RedriveOptions {
  /** Who does it. */
  readonly by: string;
  /** The most letters. */
  readonly limit: number;
  /** Letters a second. */
  readonly rate: number;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/**
 * Sends open letters to the topics that they came from, one after the other, the oldest first. A letter is closed once
 * Kafka has acknowledged it, so when this process dies at most the letter under way is sent twice, and starting it
 * again goes on with the rest.
 * @throws Failure with exit code 3 when some could not be sent, 1 when Kafka is away
 */
export async function redriveLetters(
  settings: StatsSettings,
  filter: LetterFilter,
  options: RedriveOptions,
): Promise<void> {
  const open: LetterFilter = { ...filter, status: 'open' };
  const signal = stopSignal();
  await using view = openView(settings);
  const matching = await countLetters(view.database, open);
  const most = matching < options.limit ? Number(matching) : options.limit;
  if (options.dryRun) return say(`would redrive ${most} of ${matching} open letters`);
  if (most === 0) return say('no open letter matches');
  await confirm(`redrive ${most} of ${matching} open letters`, options.yes);
  await using publisher = await openPublisher(
    connectKafka(settings, 'stats', createLogger('stats', settings)),
  );
  const redrive = createRedrive(view.database, publisher, settings.DLQ_MAX_REDRIVES, options.by);
  const tally = { redriven: 0, failed: 0 };
  for await (const letter of readLetters(view.database, open)) {
    if (signal.aborted || tally.redriven + tally.failed >= options.limit) break;
    const problem = await redrive(letter);
    tally[problem === undefined ? 'redriven' : 'failed']++;
    process.stdout.write(`${letter.id}\t${placeOf(letter)}\t${problem ?? 'redriven'}\n`);
    await sleep(1_000 / options.rate);
  }
  say(
    `redriven: ${tally.redriven}, failed: ${tally.failed}, not reached: ${most - tally.redriven - tally.failed}`,
  );
  if (tally.failed > 0)
    throw new Failure(
      `${tally.failed} letters were not redriven`,
      'see what each says',
      exitCode.checkFailed,
    );
}

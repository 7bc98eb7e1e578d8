import {
  type DeadLetterFilter,
  openRedriveQueue,
  type RedriveOutcome,
  type SendDeadLetter,
} from '@pipeline/db/dead-letters';
import {
  connectKafka,
  isTransientError,
  openPublisher,
  type Publisher,
  toRedrivenRecord,
  toUserError,
} from '@pipeline/kafka';
import { errorLine } from '@pipeline/program';
import { type RecordPace, UserError } from '@pipeline/runtime';
import type { StatsContext } from '../collect/stats-context.ts';

/** The dead letters to redrive, at most `most`. An aborted signal ends the redrive after the current one. */
export interface RedriveOrder {
  readonly filter: DeadLetterFilter;
  readonly most: number;
  readonly signal: AbortSignal;
  /** The acting user, for the audit record. */
  readonly by: string;
  readonly pace: RecordPace;
}

/**
 * Publishes matching open dead letters to their original topics, oldest first, and closes each once Kafka has
 * acknowledged it. Skips dead letters that another redrive has locked. Yields the outcome of each.
 * @throws UserError if Kafka is unreachable
 */
export async function* redriveOpen(
  { settings, logger }: Pick<StatsContext, 'settings' | 'logger'>,
  { filter, most, signal, by, pace }: RedriveOrder,
): AsyncGenerator<RedriveOutcome> {
  await using queue = openRedriveQueue(settings, by);
  const kafka = connectKafka(settings, 'stats', logger);
  await using publisher = await openPublisher(kafka).catch(throwUserError);
  const send = createSend(publisher, settings.DLQ_MAX_REDRIVES);
  let after = filter.after;
  for (let left = most; left > 0 && !signal.aborted; left--) {
    const outcome = await queue.take({ ...filter, after }, send);
    if (outcome === undefined) return;
    yield outcome;
    await pace.wait(1);
    after = outcome.letter.id;
  }
}

/**
 * Publishes a dead letter to its original topic. An unreachable Kafka is a UserError, which ends the redrive.
 */
function createSend(publisher: Publisher, maxRedrives: number): SendDeadLetter {
  return async (letter) => {
    if (letter.redriveCount >= maxRedrives)
      return { letter, problem: `redriven ${letter.redriveCount} times already` };
    try {
      const { topic, partition, offset, timestamp } = letter;
      const origin = { topic, partition, offset: String(offset), timestamp };
      const record = toRedrivenRecord(letter, origin, letter.redriveCount + 1);
      return { letter, place: await publisher.publishOne(letter.topic, record) };
    } catch (error) {
      if (isTransientError(error)) throwUserError(error);
      return { letter, problem: explain(error) };
    }
  };
}

function explain(error: unknown): string {
  const explained = toUserError(error);
  return explained instanceof Error ? explained.message : String(explained);
}

/** An outcome for JSON. */
export function resultOf(outcome: RedriveOutcome) {
  return 'place' in outcome
    ? ({ outcome: 'redriven', detail: '' } as const)
    : ({ outcome: 'failed', detail: outcome.problem } as const);
}

/** Ends a redrive that Kafka interrupts. */
function throwUserError(error: unknown): never {
  if (!isTransientError(error)) throw toUserError(error);
  throw new UserError(
    `Kafka does not respond: ${errorLine(error)}`,
    'repeat the redrive later: it continues with the rest',
  );
}

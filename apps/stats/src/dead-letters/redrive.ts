import type { DeadLetterFilter, RedriveOutcome, RedriveQueue, SendDeadLetter } from '@pipeline/db';
import { isTransientError, type Publisher, toRedrivenRecord, toUserError } from '@pipeline/kafka';
import { UserError } from '@pipeline/runtime';
import type { Pace } from './pace.ts';

/** What redriving works with. */
export interface RedriveParts {
  readonly queue: RedriveQueue;
  readonly publisher: Publisher;
  /** A letter that was redriven so often is not redriven again. */
  readonly maxRedrives: number;
  readonly pace: Pace;
}

/** Which letters to redrive, and how many at most; a signal ends the work after what has been sent. */
export interface RedriveOrder {
  readonly filter: DeadLetterFilter;
  readonly most: number;
  readonly signal: AbortSignal;
}

/**
 * Sends open letters that match to the topics that they came from, the oldest first, and closes each once Kafka has
 * acknowledged it. Letters that another redrive has are passed over. Gives what became of each.
 * @throws UserError when Kafka is away
 */
export async function* redriveOpen(
  { queue, publisher, maxRedrives, pace }: RedriveParts,
  { filter, most, signal }: RedriveOrder,
): AsyncGenerator<RedriveOutcome> {
  const send = createSend(publisher, maxRedrives);
  let after = filter.after;
  for (let left = most; left > 0 && !signal.aborted; left--) {
    const outcome = await queue.take({ ...filter, after }, send);
    if (outcome === undefined) return;
    yield outcome;
    await pace.wait();
    after = outcome.letter.id;
  }
}

/** Sends a letter to the topic that it came from. Throws a UserError when Kafka is away: another letter would fare no better. */
function createSend(publisher: Publisher, maxRedrives: number): SendDeadLetter {
  return async (letter) => {
    if (letter.redriveCount >= maxRedrives)
      return { letter, problem: `redriven ${letter.redriveCount} times already` };
    try {
      const record = toRedrivenRecord(letter, letter.redriveCount + 1);
      return { letter, place: await publisher.publishOne(letter.topic, record) };
    } catch (error) {
      if (isTransientError(error)) throw kafkaAway(error);
      return { letter, problem: explain(error) };
    }
  };
}

function explain(error: unknown): string {
  const explained = toUserError(error);
  return explained instanceof Error ? explained.message : String(explained);
}

/** The UserError of work that Kafka does not answer to. */
export function kafkaAway(error: unknown): UserError {
  const said = error instanceof Error ? error.message : String(error);
  return new UserError(
    `Kafka does not answer: ${said}`,
    'start it again later: it goes on with what is left',
  );
}

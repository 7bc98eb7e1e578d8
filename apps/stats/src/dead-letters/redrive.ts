import type {
  DeadLetterFilter,
  RedriveOutcome,
  RedriveQueue,
  SendDeadLetter,
} from '@pipeline/db/dead-letters';
import { isTransientError, type Publisher, toRedrivenRecord, toUserError } from '@pipeline/kafka';
import { errorLine } from '@pipeline/program';
import { UserError } from '@pipeline/runtime';
import type { Pace } from './pace.ts';

/** The dependencies of a redrive. */
export interface RedriveParts {
  readonly queue: RedriveQueue;
  readonly publisher: Publisher;
  /** Maximum redrives per dead letter. */
  readonly maxRedrives: number;
  readonly pace: Pace;
}

/** The dead letters to redrive, at most `most`. An aborted signal ends the redrive after the current one. */
export interface RedriveOrder {
  readonly filter: DeadLetterFilter;
  readonly most: number;
  readonly signal: AbortSignal;
}

/**
 * Publishes matching open dead letters to their original topics, oldest first, and closes each once Kafka has
 * acknowledged it. Skips dead letters that another redrive has locked. Yields the outcome of each.
 * @throws UserError if Kafka is unreachable
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
      if (isTransientError(error)) throw kafkaUnreachable(error);
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

/** The UserError for a redrive that Kafka interrupts. */
export function kafkaUnreachable(error: unknown): UserError {
  return new UserError(
    `Kafka does not respond: ${errorLine(error)}`,
    'repeat the redrive later: it continues with the rest',
  );
}

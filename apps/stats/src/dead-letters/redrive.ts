import type { Letter, LetterFilter, LetterQueue, RedriveOutcome, SendLetters } from '@pipeline/db';
import {
  explainKafkaFault,
  isPassingKafkaFault,
  type Published,
  type Publisher,
  toRedrivenRecord,
} from '@pipeline/kafka';
import { Failure } from '@pipeline/runtime';
import type { Pace } from './pace.ts';

/** What redriving works with. */
export interface RedriveParts {
  readonly queue: LetterQueue;
  readonly publisher: Publisher;
  /** A letter that was redriven so often is not redriven again. */
  readonly maxRedrives: number;
  /** Letters that go together may be sent twice, should the process die between sending them and keeping it. */
  readonly pace: Pace;
}

/** Which letters to redrive, and how many at most; a signal ends the work after what has been sent. */
export interface RedriveOrder {
  readonly filter: LetterFilter;
  readonly most: number;
  readonly signal: AbortSignal;
}

/**
 * Sends open letters that match to the topics that they came from, the oldest first, and closes each once Kafka has
 * acknowledged it. Letters that another redrive has are passed over. Gives what became of each.
 * @throws Failure when Kafka is away
 */
export async function* redriveOpen(
  { queue, publisher, maxRedrives, pace }: RedriveParts,
  { filter, most, signal }: RedriveOrder,
): AsyncGenerator<RedriveOutcome> {
  const send = createSend(publisher, maxRedrives);
  let after = filter.after;
  for (let left = most; left > 0 && !signal.aborted; ) {
    const outcomes = await queue.take({ ...filter, after }, Math.min(left, pace.together), send);
    if (outcomes.length === 0) return;
    yield* outcomes;
    await pace.wait(outcomes.length);
    left -= outcomes.length;
    after = outcomes.at(-1)?.letter.id;
  }
}

/** Deals with as many of the first letters as one request takes: those of one topic. */
function createSend(publisher: Publisher, maxRedrives: number): SendLetters {
  return async (letters) => {
    const run = letters.slice(0, runLength(letters));
    const fresh = run.filter(({ redriveCount }) => redriveCount < maxRedrives);
    const sent = new Map((await sendSome(publisher, fresh)).map((one) => [one.letter.id, one]));
    const unsent = run.findIndex((letter) => fresh.includes(letter) && !sent.has(letter.id));
    return run
      .slice(0, unsent < 0 ? run.length : unsent)
      .map((letter) => sent.get(letter.id) ?? refuse(letter));
  };
}

function runLength(letters: readonly Letter[]): number {
  const other = letters.findIndex(({ topic }) => topic !== letters[0]?.topic);
  return other < 0 ? letters.length : other;
}

const refuse = (letter: Letter) => ({ letter, problem: `redriven ${letter.redriveCount} times already` });

/** Where all of a request is refused, its first letter is tried alone: the others may be good. */
async function sendSome(
  publisher: Publisher,
  letters: readonly Letter[],
): Promise<readonly RedriveOutcome[]> {
  const [first] = letters;
  if (first === undefined) return [];
  const published = await send(publisher, letters);
  if (published.places.some((place) => place !== undefined))
    return await sendRest(publisher, letters, published);
  if (isPassingKafkaFault(published.error)) throw kafkaAway(published.error);
  if (letters.length > 1) return await sendSome(publisher, [first]);
  return [{ letter: first, problem: explain(published.error) }];
}

/**
 * Where a part of a request is refused, each letter of it is tried alone, until Kafka is away. It does not throw: what
 * became of the letters that were sent must be kept, or they would be sent again.
 */
async function sendRest(
  publisher: Publisher,
  letters: readonly Letter[],
  { places, error: fault }: Published,
): Promise<readonly RedriveOutcome[]> {
  const outcomes: RedriveOutcome[] = [];
  for (const [at, letter] of letters.slice(0, places.length).entries()) {
    let place = places[at];
    if (place === undefined && !isPassingKafkaFault(fault)) {
      const alone = await send(publisher, [letter]);
      [place] = alone.places;
      fault = alone.error ?? fault;
    }
    outcomes.push(place === undefined ? { letter, problem: explain(fault) } : { letter, place });
  }
  return outcomes;
}

const send = (publisher: Publisher, letters: readonly Letter[]) =>
  publisher.publishSome(letters[0]?.topic ?? '', letters.map(toRecord));

const toRecord = (letter: Letter) => toRedrivenRecord(letter, letter.redriveCount + 1);

function explain(error: unknown): string {
  const explained = explainKafkaFault(error);
  return explained instanceof Error ? explained.message : String(explained);
}

/** The Failure of work that Kafka does not answer to. */
export function kafkaAway(error: unknown): Failure {
  const said = error instanceof Error ? error.message : String(error);
  return new Failure(`Kafka does not answer: ${said}`, 'start it again later: it goes on with what is left');
}

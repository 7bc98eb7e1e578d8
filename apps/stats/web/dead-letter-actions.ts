import type { DiscardAnswer, RedriveAnswer } from '../src/api/dead-letters.ts';
import { postJson, Refusal } from './api.ts';
import { confirm } from './confirm.ts';
import { showResults, type Work } from './dead-letter-results.ts';
import { element, find } from './elements.ts';
import { formatCount, formatThings } from './text.ts';

/** Which open letters something is done about. */
export interface Choice {
  /** For people, such as "the 3 selected letters". */
  readonly name: string;
  readonly count: bigint;
  /** As the API takes it. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** So many at a time: what is done shows, and the next ones can be called off. */
const CHUNK = 50;

/** Asks, then redrives letter after letter, the oldest first, and shows what became of each. Resolves when it is over. */
export async function redrive({ name, count, body }: Choice): Promise<void> {
  const text = `Redrive ${name}? Each goes to the topic that it came from once more.`;
  if ((await confirm({ text, yes: `Redrive ${formatCount(count)}` })) === undefined) return;
  const work: Work = { verb: 'redriven', total: count, redriven: 0, failed: [], isStopped: false };
  await runToEnd(work, async () => {
    for (let after: string | undefined, length = CHUNK; length === CHUNK && !work.isStopped; ) {
      const { results } = await redriveChunk(work, { ...body, ...(after ? { after } : {}) });
      length = results.length;
      after = results.at(-1)?.id;
    }
  });
}

/** Takes in the results, those before a failure too. */
async function redriveChunk(work: Work, body: object): Promise<RedriveAnswer> {
  try {
    const answer = await postJson<RedriveAnswer>('/api/dlq/redrive', { ...body, limit: CHUNK });
    takeIn(work, answer);
    return answer;
  } catch (error) {
    if (error instanceof Refusal && isAnswer(error.answer)) takeIn(work, error.answer);
    throw error;
  }
}

function takeIn(work: Work, { results }: RedriveAnswer): void {
  work.redriven += results.filter(({ outcome }) => outcome === 'redriven').length;
  work.failed.push(...results.filter(({ outcome }) => outcome === 'failed'));
  showResults(work);
}

const isAnswer = (answer: unknown): answer is RedriveAnswer =>
  typeof answer === 'object' && answer !== null && 'results' in answer;

async function runToEnd(work: Work, run: () => Promise<void>): Promise<void> {
  showResults(work);
  try {
    await run();
    work.end = work.isStopped ? 'stopped' : 'done';
  } catch (error) {
    work.end = error instanceof Error ? error.message : String(error);
  }
  showResults(work);
}

/** Asks for a reason, then closes the letters without sending them anywhere. */
export async function discard({ name, count, body }: Choice): Promise<void> {
  const text = `Discard ${name}? They stay in the table, and are no longer open.`;
  const yes = `Discard ${formatCount(count)}`;
  const because = await confirm({ text, yes, needsReason: true });
  if (because === undefined) return;
  try {
    const answer = await postJson<DiscardAnswer>('/api/dlq/discard', { ...body, because });
    say(`${formatThings(answer.discarded, 'letter')} discarded: ${because}`);
  } catch (error) {
    const done = error instanceof Refusal && isDiscardAnswer(error.answer) ? error.answer.discarded : '0';
    say(
      `${formatThings(done, 'letter')} discarded, then: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

const isDiscardAnswer = (answer: unknown): answer is DiscardAnswer =>
  typeof answer === 'object' && answer !== null && 'discarded' in answer;

const say = (text: string) => find('results').replaceChildren(element('p', text, { role: 'status' }));

import type { DiscardAnswer, RedriveAnswer } from '../../src/api/dead-letters.ts';
import { ApiError, postJson } from '../api.ts';
import { confirm } from '../elements/confirm.ts';
import { formatCount, formatThings } from '../format/numbers.ts';
import { type RedriveProgress, showNotice, showResults } from './results.ts';

/** The open dead letters that an action applies to. */
export interface Selection {
  /** For the confirmation, such as "the 3 selected dead letters". */
  readonly name: string;
  readonly count: bigint;
  /** The body of the API request. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Dead letters per request: the progress is shown after each request, and the rest can be stopped. */
const CHUNK = 50;

/** Redrives dead letters after a confirmation, the oldest first, and shows the results. Never rejects. */
export async function redrive({ name, count, body }: Selection): Promise<void> {
  const text = `Redrive ${name}? Each is sent to its topic again.`;
  if ((await confirm({ text, yes: `Redrive ${formatCount(count)}` })) === undefined) return;
  const progress: RedriveProgress = { total: count, redriven: 0, failed: [], isStopped: false };
  await runToEnd(progress, async () => {
    for (let after: string | undefined, length = CHUNK; length === CHUNK && !progress.isStopped; ) {
      const { results } = await redriveChunk(progress, { ...body, ...(after ? { after } : {}) });
      length = results.length;
      after = results.at(-1)?.id;
    }
  });
}

/** Counts the results, also those before an error. */
async function redriveChunk(progress: RedriveProgress, body: object): Promise<RedriveAnswer> {
  try {
    const answer = await postJson<RedriveAnswer>('/api/dlq/redrive', { ...body, limit: CHUNK });
    addResults(progress, answer);
    return answer;
  } catch (error) {
    if (error instanceof ApiError && isRedriveAnswer(error.body)) addResults(progress, error.body);
    throw error;
  }
}

function addResults(progress: RedriveProgress, { results }: RedriveAnswer): void {
  progress.redriven += results.filter(({ outcome }) => outcome === 'redriven').length;
  progress.failed.push(...results.filter(({ outcome }) => outcome === 'failed'));
  showResults(progress);
}

const isRedriveAnswer = (body: unknown): body is RedriveAnswer =>
  typeof body === 'object' && body !== null && 'results' in body;

async function runToEnd(progress: RedriveProgress, run: () => Promise<void>): Promise<void> {
  showResults(progress);
  try {
    await run();
    progress.end = progress.isStopped ? 'stopped' : 'done';
  } catch (error) {
    progress.end = messageOf(error);
  }
  showResults(progress);
}

/** Closes dead letters without sending them anywhere, after a confirmation with a reason. Never rejects. */
export async function discard({ name, count, body }: Selection): Promise<void> {
  const text = `Discard ${name}? They stay in the table and are no longer open.`;
  const yes = `Discard ${formatCount(count)}`;
  const because = await confirm({ text, yes, needsReason: true });
  if (because === undefined) return;
  try {
    const answer = await postJson<DiscardAnswer>('/api/dlq/discard', { ...body, because });
    showNotice(`${formatThings(answer.discarded, 'dead letter')} discarded: ${because}`);
  } catch (error) {
    const done = error instanceof ApiError && isDiscardAnswer(error.body) ? error.body.discarded : '0';
    showNotice(`${formatThings(done, 'dead letter')} discarded before an error: ${messageOf(error)}`);
  }
}

const isDiscardAnswer = (body: unknown): body is DiscardAnswer =>
  typeof body === 'object' && body !== null && 'discarded' in body;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

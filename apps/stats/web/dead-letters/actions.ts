import type { DiscardAnswer, RedriveAnswer } from '../../src/api/dead-letters.ts';
import { postJson } from '../api.ts';
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
  progress.end = await redriveAll(progress, body);
  showResults(progress);
}

/** Returns how it ended: `done`, `stopped` or an error. */
async function redriveAll(progress: RedriveProgress, body: Selection['body']): Promise<string> {
  showResults(progress);
  for (let after: string | undefined, length = CHUNK; length === CHUNK && !progress.isStopped; ) {
    const request = { ...body, ...(after ? { after } : {}), limit: CHUNK };
    const { results = [], error } = await postJson<RedriveAnswer>('api/dlq/redrive', request);
    progress.redriven += results.filter(({ outcome }) => outcome === 'redriven').length;
    progress.failed.push(...results.filter(({ outcome }) => outcome === 'failed'));
    showResults(progress);
    if (error !== undefined) return error;
    length = results.length;
    after = results.at(-1)?.id;
  }
  return progress.isStopped ? 'stopped' : 'done';
}

/** Closes dead letters without sending them anywhere, after a confirmation with a reason. Never rejects. */
export async function discard({ name, count, body }: Selection): Promise<void> {
  const text = `Discard ${name}? They stay in the table and are no longer open.`;
  const yes = `Discard ${formatCount(count)}`;
  const because = await confirm({ text, yes, needsReason: true });
  if (because === undefined) return;
  const answer = await postJson<DiscardAnswer>('api/dlq/discard', { ...body, because });
  const discarded = `${formatThings(answer.discarded ?? '0', 'dead letter')} discarded`;
  showNotice(
    `${discarded}${answer.error === undefined ? '' : ' before an error'}: ${answer.error ?? because}`,
  );
}

import { DeadlineError, UserError, withDeadline } from '@pipeline/runtime';

/**
 * Asks somebody who may be slow without being held up for longer than `ms` milliseconds. One question is under way at a
 * time: an answer that comes late is that of the next call, and until then calls fail as the last answer did.
 */
export function withTimeoutFallback<Answer>(
  ask: () => Promise<Answer>,
  ms: number,
  name: string,
): () => Promise<Answer> {
  let asking: Promise<Answer> | undefined;
  let problem: unknown = new UserError(`${name} has not answered yet`, 'asking on');
  const askAnew = async () => {
    try {
      return await ask();
    } catch (error) {
      problem = error;
      throw error;
    } finally {
      asking = undefined;
    }
  };
  return async () => {
    asking ??= askAnew();
    try {
      return await withDeadline(asking, ms, name);
    } catch (error) {
      throw error instanceof DeadlineError ? problem : error;
    }
  };
}

import { codeOf } from '../client/errors.ts';

/** A statement exceeded the statement timeout several times: it is too large for it. */
export class TooSlowError extends Error {
  override readonly name = 'TooSlowError';
}

/** Number of attempts that may exceed the statement timeout; fewer could be cancelled by an operator. */
const MAX_TIMEOUTS = 3;

const QUERY_CANCELED = '57014';

/**
 * Wraps a statement that is retried, so that it does not exceed its timeout forever.
 * @returns the statement, which throws a TooSlowError instead of the third 57014
 */
export function limitTimeouts<Value>(statement: () => Promise<Value>): () => Promise<Value> {
  let timeouts = 0;
  return async () => {
    try {
      return await statement();
    } catch (error) {
      if (codeOf(error) !== QUERY_CANCELED || ++timeouts < MAX_TIMEOUTS) throw error;
      throw new TooSlowError('the statement timeout is too short for this batch', { cause: error });
    }
  };
}

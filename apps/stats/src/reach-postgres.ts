import {
  codeOf,
  type Database,
  isTransientError,
  toUserError,
  type WaitOptions,
  waitForPostgres,
} from '@pipeline/db';
import { say } from './say.ts';

/** Somebody who cancels a long statement means it; everything else that passes is worth another try. */
export function isRetriable(error: unknown): boolean {
  return isTransientError(error) && codeOf(error) !== '57014';
}

/**
 * Tries until Postgres answers, and says on stderr why it waits.
 * @throws UserError for a lasting fault, and the signal's reason
 */
export function reachPostgres<Value>(
  operation: () => Promise<Value>,
  { address }: Database,
  options: Omit<WaitOptions, 'say'>,
): Promise<Value> {
  return waitForPostgres(operation, address, { ...options, say }).catch((error) => {
    throw toUserError(error);
  });
}

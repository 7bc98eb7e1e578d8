import { codeOf, type Database, describeFault, explainFault, isPassingFault } from '@pipeline/db';
import { retryForever } from '@pipeline/runtime';
import { say } from './say.ts';

/** Somebody who cancels a long statement means it; everything else that passes is worth another try. */
export function isWorthAnotherTry(error: unknown): boolean {
  return isPassingFault(error) && codeOf(error) !== '57014';
}

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Whether trying again helps; defaults to what passes by itself. */
  readonly isPassing?: (error: unknown) => boolean;
}

/**
 * Tries until Postgres answers, and says once for each reason why it waits.
 * @throws Failure for a lasting fault, and the signal's reason
 */
export function waitForPostgres<Value>(
  operation: () => Promise<Value>,
  { address }: Database,
  { signal, isPassing = isPassingFault }: WaitOptions,
): Promise<Value> {
  let said = '';
  const onRetry = (error: unknown) => {
    const line = `waiting for Postgres at ${address}: ${describeFault(error)}`;
    if (line !== said) say(line);
    said = line;
  };
  return retryForever(operation, { isPassing, onRetry, signal }).catch((error) => {
    throw explainFault(error);
  });
}

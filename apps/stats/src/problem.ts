import { databaseFailure, describeFault, isPassingFault } from '@pipeline/db';
import { Failure, failureLine } from '@pipeline/runtime';

/** What is wrong, in one line for whoever looks at the page or asks its API. */
export function problemOf(error: unknown): string {
  if (error instanceof Failure) return failureLine(error);
  if (!isPassingFault(error)) return failureLine(databaseFailure(error));
  return `Postgres does not answer: ${describeFault(error)}; start it, or check DATABASE_URL`;
}

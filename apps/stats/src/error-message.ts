import { databaseUserError, describeError, isTransientError } from '@pipeline/db';
import { errorLine, UserError } from '@pipeline/runtime';

/** What is wrong, in one line for whoever looks at the page or asks its API. */
export function errorMessage(error: unknown): string {
  if (error instanceof UserError) return errorLine(error);
  if (!isTransientError(error)) return errorLine(databaseUserError(error));
  return `Postgres does not answer: ${describeError(error)}; start it, or check DATABASE_URL`;
}

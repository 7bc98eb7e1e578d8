import { databaseUserError, describeError, isTransientError } from '@pipeline/db';
import { errorLine, UserError } from '@pipeline/runtime';

/** An error as one line for the users of the page and its API. */
export function errorMessage(error: unknown): string {
  if (error instanceof UserError) return errorLine(error);
  if (!isTransientError(error)) return errorLine(databaseUserError(error));
  return `Postgres does not respond: ${describeError(error)}; start it, or check DATABASE_URL`;
}

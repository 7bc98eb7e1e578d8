/** Exit codes that every program of the pipeline uses. */
export const exitCode = { done: 0, failed: 1, usage: 2, checkFailed: 3 } as const;

/**
 * An end that the user can do something about: shown as one line, never as a stack trace.
 * `message` says what is wrong, `remedy` what to do; neither holds a secret or an event's content.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly remedy: string;
  readonly code: number;

  constructor(message: string, remedy: string, code: number = exitCode.failed) {
    super(message);
    this.remedy = remedy;
    this.code = code;
  }
}

/** The line that a user sees for any error. */
export function errorLine(error: unknown): string {
  if (error instanceof UserError) return `${error.message}; ${error.remedy}`;
  if (!(error instanceof Error)) return String(error);
  // An attempt at several addresses fails with an AggregateError that says nothing but its code.
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
}

/** What went wrong first: cleaning up after it may have gone wrong too, and then hides it (`await using`). */
export function firstCause(error: unknown): unknown {
  return error instanceof SuppressedError ? firstCause(error.suppressed) : error;
}

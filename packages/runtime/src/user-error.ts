import { type Fix, fixCommand } from './command-line.ts';

/** Exit codes that every program of the pipeline uses. */
export const exitCode = { done: 0, failed: 1, usage: 2, checkFailed: 3 } as const;

/**
 * An error that the user can fix: shown as one line, never as a stack trace.
 * `message` describes the problem, `remedy` what to do; neither holds a secret or an event's content.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly remedy: string;
  readonly code: number;
  /** Set if the pipeline has a command that applies the remedy. */
  readonly fix: Fix | undefined;

  constructor(message: string, remedy: string, code: number = exitCode.failed, fix?: Fix) {
    super(message);
    this.remedy = remedy;
    this.code = code;
    this.fix = fix;
  }
}

/** The line that a user sees for any error. */
export function errorLine(error: unknown): string {
  if (error instanceof UserError) return `${error.message}; ${error.remedy}${commandHint(error.fix)}`;
  if (!(error instanceof Error)) return String(error);
  // The AggregateError of a failed connection to several addresses has only a code.
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
}

function commandHint(fix: Fix | undefined): string {
  const command = fix && fixCommand(fix);
  return command === undefined ? '' : ` (run "${command}")`;
}

/** The original error: `await using` wraps it in a SuppressedError if closing a resource fails too. */
export function firstCause(error: unknown): unknown {
  return error instanceof SuppressedError ? firstCause(error.suppressed) : error;
}

import { type Fix, UserError } from '@pipeline/runtime';
import { fixCommand } from './command-line.ts';

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

import { createLogger, type loggerSettings } from '@pipeline/program';
import type { Settings } from '@pipeline/runtime';

/** Writes a diagnostic to stderr; results go to stdout. */
export type Say = (line: string) => void;

/** Diagnostics are text, or log lines if LOG_FORMAT is set to json. */
export function createSay(settings: Settings<typeof loggerSettings>): Say {
  if (settings.LOG_FORMAT !== 'json') return (line) => process.stderr.write(`${diagnosticLine(line)}\n`);
  const logger = createLogger('stats', settings);
  return (line) => logger.info(line);
}

/** A diagnostic as text: it starts with the program's name. */
export function diagnosticLine(line: string): string {
  return `stats: ${line}`;
}

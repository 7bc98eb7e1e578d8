import { oneOf, optionalOneOf, type Settings } from '@pipeline/runtime';
import { type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';

export const loggerSettings = {
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info', 'Minimum log level'),
  LOG_FORMAT: optionalOneOf(['pretty', 'json'], 'Log format', {
    shownDefault: 'pretty on a terminal, else json',
  }),
};

/**
 * A logger on stderr; results go to stdout. `docs/logs.md` documents the fields that every JSON line has.
 * @param name the program's name, part of every line
 */
export function createLogger(name: string, settings: Settings<typeof loggerSettings>): Logger {
  const format = settings.LOG_FORMAT ?? (process.stderr.isTTY ? 'pretty' : 'json');
  const options = { ...lineFields, level: settings.LOG_LEVEL, base: { name } };
  return format === 'json'
    ? pino(options, pino.destination({ fd: 2, sync: true }))
    : pino(options, prettyStream());
}

/** Log collectors expect the level as a word, and the time in RFC 3339. */
const lineFields: LoggerOptions = {
  formatters: { level: (level) => ({ level }) },
  timestamp: pino.stdTimeFunctions.isoTime,
};

function prettyStream() {
  const colorize = Boolean(process.stderr.isTTY) && !process.env['NO_COLOR'];
  return pretty({
    colorize,
    destination: 2,
    sync: true,
    translateTime: 'HH:MM:ss.l',
    singleLine: true,
  });
}

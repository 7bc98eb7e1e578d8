import { type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';
import { oneOf, optionalOneOf, type Settings } from './settings.ts';

export type Logger = PinoLogger;

export const loggerSettings = {
  LOG_LEVEL: oneOf(
    ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    'info',
    'The least severe log line that is written',
  ),
  LOG_FORMAT: optionalOneOf(['pretty', 'json'], 'What a log line looks like', {
    shownDefault: 'pretty on a terminal, else json',
  }),
};

/** A logger on stderr: stdout is for data. Every line carries the program's name. */
export function createLogger(name: string, settings: Settings<typeof loggerSettings>): Logger {
  const format = settings.LOG_FORMAT ?? (process.stderr.isTTY ? 'pretty' : 'json');
  const options = { level: settings.LOG_LEVEL, base: { name } };
  return format === 'json'
    ? pino(options, pino.destination({ fd: 2, sync: true }))
    : pino(options, prettyStream());
}

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

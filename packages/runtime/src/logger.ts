/** Writes one log line: a message, or the fields of the line and a message. */
export interface LogLine {
  (message: string): void;
  (fields: object, message: string): void;
}

/** The part of a logger that packages use; the loggers of pino have it, and so does `console`. */
export interface Logger {
  readonly trace: LogLine;
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

const ignore = () => {};

/** Writes nothing. */
export const silentLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};

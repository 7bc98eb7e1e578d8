export { type Backoff, backoffMs, defaultBackoff } from './backoff.ts';
export { commandLine, type Fix } from './command-line.ts';
export { DeadlineError, withDeadline } from './deadline.ts';
export { embeddedNames, embeddedText } from './embedded.ts';
export { addHealthCommand } from './health.ts';
export { type HttpServer, httpSettings, type ListenAddress, listen } from './http.ts';
export { createLogger, type Logger, loggerSettings } from './logger.ts';
export { createProcessMetrics, type ProcessMetrics } from './metrics.ts';
export { createProbes, type Probes } from './probes.ts';
export {
  type Command,
  createProgram,
  invalidArgument,
  numberBetween,
  settingsOf,
  withSettings,
} from './program.ts';
export { resolveCliPath } from './resolve-cli-path.ts';
export { pause, type RetryOptions, retryForever } from './retry.ts';
export { runProgram } from './run-program.ts';
export {
  custom,
  decimal,
  type Environment,
  flag,
  integer,
  list,
  oneOf,
  optionalOneOf,
  optionalText,
  port,
  readSettings,
  type Setting,
  type Settings,
  SettingsError,
  type SettingsSchema,
  text,
} from './settings.ts';
export { exitAfter, StopRequest, stopSignal } from './stop.ts';
export { type TlsError, tlsErrorOf, tlsErrorText } from './tls-error.ts';
export { errorLine, exitCode, UserError } from './user-error.ts';

export { type Backoff, backoffMs, defaultBackoff } from './backoff.ts';
export { DeadlineError, withDeadline } from './deadline.ts';
export { embeddedNames, embeddedText } from './embedded.ts';
export { exitCode, Failure, failureLine } from './failure.ts';
export { givenPath } from './given-path.ts';
export { addHealthCommand } from './health.ts';
export { type HttpServer, httpSettings, type ListenAddress, listen } from './http.ts';
export { createLogger, type Logger, loggerSettings } from './logger.ts';
export { createMetrics, createStandingMetrics, type Metrics } from './metrics.ts';
export { createProbes, type Probes } from './probes.ts';
export {
  type Command,
  createProgram,
  invalidArgument,
  numberBetween,
  runProgram,
  settingsOf,
  withSettings,
} from './program.ts';
export { pause, type RetryOptions, retryForever } from './retry.ts';
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
export { type TlsFault, tlsFaultOf, tlsFaultWords } from './tls-fault.ts';

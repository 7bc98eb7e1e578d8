export { type Backoff, backoffMs, defaultBackoff } from './backoff.ts';
export { DeadlineError, withDeadline } from './deadline.ts';
export { embeddedNames, embeddedText } from './embedded.ts';
export { type Logger, type LogLine, silentLogger } from './logger.ts';
export { highest, lowest } from './lowest-highest.ts';
export { createRecordPace, type RecordPace } from './record-pace.ts';
export { resolveCliPath } from './resolve-cli-path.ts';
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
  ValueError,
} from './settings.ts';
export { StopRequest } from './stop-request.ts';
export { type TlsError, tlsErrorOf, tlsErrorText } from './tls-error.ts';
export { exitCode, type Fix, UserError } from './user-error.ts';
export { type SystemErrors, type WaitOptions, waitFor } from './wait-for.ts';

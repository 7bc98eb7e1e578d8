import {
  DeadlineError,
  exitCode,
  SettingsError,
  StopRequest,
  type SystemErrors,
  tlsErrorOf,
  UserError,
} from '@pipeline/runtime';
import { tlsUserError } from './tls.ts';

/**
 * The kind of an error of Postgres or of the connection to it:
 * `refused`: Postgres rejects the statement's data, and always will;
 * `transient`: a retry may succeed;
 * `permanent`: a retry fails until the setup is fixed.
 * Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export type ErrorKind = 'refused' | 'transient' | 'permanent';

const refused = /^(22...|23502|23514|54000|54001)$/;

/** Lost connections, conflicts, locks, exhausted resources, shutdown, failover, timeouts, I/O errors. */
const transient = /^(08...|40001|40P01|53...|55006|55P03|57014|57P..|58030|25006|25P0.)$/;

/** PgBouncer's own errors. They have the SQLSTATE of a protocol violation, which is otherwise transient. */
const refusedByPooler = /^(unsupported startup parameter|no such (user|database)|\S+ authentication failed)/;

/** Connection errors of the driver, and of the operating system. */
const disconnected = /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT)$/;
const unreachable =
  /^(E(HOST|NET)(UNREACH|DOWN)|ENOTFOUND|EAI_(AGAIN|FAIL)|EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS)$/;

/** Classifies the error of a statement. */
export function errorKind(error: unknown): ErrorKind {
  const code = codeOf(error);
  if (isOutOfTransactionIds(error)) return 'transient';
  if (refused.test(code)) return 'refused';
  if (code === '08P01' && refusedByPooler.test((error as Error).message)) return 'permanent';
  if ([transient, disconnected, unreachable].some((codes) => codes.test(code)) || isBrokenTls(code))
    return 'transient';
  return error instanceof DeadlineError ? 'transient' : 'permanent';
}

/**
 * Whether Postgres rejects all writes until old rows are frozen, to prevent transaction ID wraparound. The code
 * is that of a row too large for an index (54000), and messages are translated; the function's name is neither.
 * https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND
 */
function isOutOfTransactionIds(error: unknown): boolean {
  if (codeOf(error) !== '54000') return false;
  const { routine, message } = error as { readonly routine?: unknown; readonly message?: unknown };
  return /^GetNew\w+Id$|wraparound/.test(String(routine ?? message));
}

/** A broken TLS connection, as opposed to a certificate error, which is permanent. */
function isBrokenTls(code: string): boolean {
  return /^(ERR_SSL_|EPROTO$)/.test(code) && tlsErrorOf(code) === undefined;
}

/** Whether a retry may succeed. */
export function isTransientError(error: unknown): boolean {
  return errorKind(error) === 'transient';
}

/** The SQLSTATE or the driver's code; '' if the error has neither. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The message and code, without Postgres's detail, which contains row values. */
export function describeError(error: unknown): string {
  const code = codeOf(error);
  const message =
    error instanceof AggregateError ? code : error instanceof Error ? error.message : String(error);
  return message.includes(code) ? message : `${message} (${code})`;
}

/** The server of a TLS error, as `connectDatabase` notes it. */
function hostOf(error: unknown): string | undefined {
  return (error as { readonly databaseHost?: string }).databaseHost;
}

const outdatedTables = /^(42(P01|703|P10|883)|3F000) /;

/** Remedies by "CODE MESSAGE", where CODE is the SQLSTATE or the driver's code. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/^28\S* .*(no encryption|SSL off)/, 'set sslmode=verify-full in DATABASE_URL: this Postgres requires TLS'],
  [
    /^(26000|42P05|08P01 unsupported startup parameter)/,
    'DATABASE_URL points at a pooler in transaction mode: set DATABASE_POOL_MODE=transaction',
  ],
  [/^SSL_REFUSED/, 'enable TLS (ssl = on) in Postgres, or set sslmode=disable in DATABASE_URL'],
  [/^(28|08P01 .*(authentication failed|no such user))/, 'check the user and the password of DATABASE_URL'],
  [/^3D/, 'create the database or name another in DATABASE_URL'],
  [outdatedTables, 'create the tables, or migrate them to the version of this program'],
  [/^42501 /, 'grant the user of DATABASE_URL the rights that the documentation lists'],
];

/** The error itself if it is transient or not of Postgres (for the user, a stop); otherwise its UserError. */
export function toUserError(error: unknown): unknown {
  const isKnown = [UserError, SettingsError, StopRequest].some((known) => error instanceof known);
  return isKnown || errorKind(error) === 'transient' ? error : permanentUserError(error);
}

/** Postgres's message and the remedy. */
function permanentUserError(error: unknown): UserError {
  const code = codeOf(error);
  const tlsError = tlsErrorOf(code);
  if (tlsError !== undefined) return tlsUserError(tlsError, hostOf(error));
  const text = `${code} ${error instanceof Error ? error.message : ''}`;
  const remedy = remedies.find(([pattern]) => pattern.test(text))?.[1];
  const fix = outdatedTables.test(text) ? ({ name: 'create-tables' } as const) : undefined;
  return new UserError(
    `Postgres: ${describeError(error)}`,
    remedy ?? 'see the log of Postgres',
    exitCode.failed,
    fix,
  );
}

/** The errors of Postgres, for `waitFor`. */
export const postgresErrors: SystemErrors = { isTransientError, describeError, toUserError };

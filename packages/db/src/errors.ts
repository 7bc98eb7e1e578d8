import { tlsErrorOf } from '@pipeline/runtime';

/**
 * What an error of Postgres, or of the way to it, means for the pipeline:
 * `refused`: this statement's data is at fault, and always will be;
 * `passing`: the world is at fault, and trying again helps;
 * `lasting`: the world is at fault until somebody mends it.
 * Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export type ErrorKind = 'refused' | 'transient' | 'permanent';

const refused = /^(22...|23502|23514|54000|54001)$/;

/** Connection trouble, conflicts, exhausted resources, shutdown and failover, a cancelled or timed-out statement, a broken disk. */
const transient = /^(08...|40001|40P01|53...|55P03|57014|57P..|58030|25006|25P0.)$/;

/** What PgBouncer says of its own, under the code of a broken protocol, which else passes. */
const refusedByPooler = /^(unsupported startup parameter|no such (user|database)|\S+ authentication failed)/;

/** What the driver and the operating system say when the way to Postgres is broken. */
const unreachable =
  /^(CONNECTION_CLOSED|CONNECTION_ENDED|CONNECTION_DESTROYED|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** The kind of a failed statement's error. */
export function errorKind(error: unknown): ErrorKind {
  const code = codeOf(error);
  if (refused.test(code)) return 'refused';
  if (code === '08P01' && refusedByPooler.test((error as Error).message)) return 'permanent';
  if (transient.test(code) || unreachable.test(code) || isBrokenTls(code)) return 'transient';
  return error instanceof Error && error.name === 'DeadlineError' ? 'transient' : 'permanent';
}

/** A TLS connection broke; certificates that do not fit are another thing. */
function isBrokenTls(code: string): boolean {
  return /^(ERR_SSL_|EPROTO$)/.test(code) && tlsErrorOf(code) === undefined;
}

/** Whether trying again helps. */
export function isTransientError(error: unknown): boolean {
  return errorKind(error) === 'transient';
}

/** The SQLSTATE, or the driver's own code, or '' where there is neither. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** What the server or the driver said, without the details that carry rows. */
export function describeError(error: unknown): string {
  const code = codeOf(error);
  const message =
    error instanceof AggregateError ? code : error instanceof Error ? error.message : String(error);
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}

import { tlsFaultOf } from '@pipeline/runtime';

/**
 * What an error of Postgres, or of the way to it, means for the pipeline:
 * `refused`: this statement's data is at fault, and always will be;
 * `passing`: the world is at fault, and trying again helps;
 * `lasting`: the world is at fault until somebody mends it.
 * Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export type FaultKind = 'refused' | 'passing' | 'lasting';

const refused = /^(22...|23502|23514|54000|54001)$/;

/** Connection trouble, conflicts, exhausted resources, shutdown and failover, a cancelled or timed-out statement, a broken disk. */
const passing = /^(08...|40001|40P01|53...|55P03|57014|57P..|58030|25006|25P0.)$/;

/** What PgBouncer says of its own, under the code of a broken protocol, which else passes. */
const refusedByPooler = /^(unsupported startup parameter|no such (user|database)|\S+ authentication failed)/;

/** What the driver and the operating system say when the way to Postgres is broken. */
const unreachable =
  /^(CONNECTION_CLOSED|CONNECTION_ENDED|CONNECTION_DESTROYED|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** The kind of a failed statement's error. */
export function faultKind(error: unknown): FaultKind {
  const code = codeOf(error);
  if (refused.test(code)) return 'refused';
  if (code === '08P01' && refusedByPooler.test((error as Error).message)) return 'lasting';
  if (passing.test(code) || unreachable.test(code) || isBrokenTls(code)) return 'passing';
  return error instanceof Error && error.name === 'DeadlineError' ? 'passing' : 'lasting';
}

/** A TLS connection broke; certificates that do not fit are another thing. */
function isBrokenTls(code: string): boolean {
  return /^(ERR_SSL_|EPROTO$)/.test(code) && tlsFaultOf(code) === undefined;
}

/** Whether trying again helps. */
export function isPassingFault(error: unknown): boolean {
  return faultKind(error) === 'passing';
}

/** The SQLSTATE, or the driver's own code, or '' where there is neither. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** What the server or the driver said, without the details that carry rows. */
export function describeFault(error: unknown): string {
  const code = codeOf(error);
  const message =
    error instanceof AggregateError ? code : error instanceof Error ? error.message : String(error);
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}

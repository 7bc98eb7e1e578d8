import { type Settings, StopRequest, tlsErrorOf, UserError, withDeadline } from '@pipeline/runtime';
import postgres from 'postgres';
import { codeOf, describeError, errorKind } from './errors.ts';
import type { DatabaseUrl, databaseSettings } from './settings.ts';
import { tlsOptions, tlsUserError } from './tls.ts';

/** What a statement is written with: a tagged template whose values become parameters. */
export type Sql = postgres.Sql<{ readonly bigint: bigint }>;

type Statement<Row extends object> = (sql: Sql) => PromiseLike<readonly Row[]> & { cancel(): void };

/** A pool of connections to one database. */
export interface Database extends AsyncDisposable {
  /** Where it is, as `host:port/database`: safe to show. */
  readonly address: string;
  /**
   * Runs one statement, under a deadline of its own: a connection that has silently died is given up and replaced.
   * @param signal cancels the statement: Postgres rolls it back
   * @throws the driver's error, or a DeadlineError; `errorKind` tells what it means. The signal's reason once it is aborted.
   */
  run<Row extends object>(statement: Statement<Row>, signal?: AbortSignal): Promise<readonly Row[]>;
}

export interface ConnectOptions {
  /** Shown by Postgres beside each connection. */
  readonly applicationName: string;
  /** How many statements may run at the same time. */
  readonly connections: number;
  /** Whether Postgres refuses whatever would change something; the role's own default where nothing is said. */
  readonly readOnly?: boolean;
  /** How long a transaction may wait for us; defaults to 15 s. */
  readonly idleInTransactionMs?: number;
}

/** Postgres ends a statement by itself; this much later we stop waiting for it to say so. */
const GRACE_MS = 5_000;

/**
 * A pool that connects when it is first used.
 * @throws UserError for what `tlsOptions` refuses
 */
export function connectDatabase(
  settings: Settings<typeof databaseSettings>,
  options: ConnectOptions,
): Database {
  const url = settings.DATABASE_URL;
  const deadlineMs = settings.DATABASE_STATEMENT_TIMEOUT_MS + GRACE_MS;
  let pool = openPool(settings, options);
  return {
    address: `${url.host}:${url.port}/${url.database}`,
    async run(statement, signal) {
      const used = pool;
      try {
        return await withDeadline(runUntil(statement(used), signal), deadlineMs, 'a statement');
      } catch (error) {
        if (isDead(error) && pool === used) pool = replacePool(used, () => openPool(settings, options));
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => pool.end({ timeout: 2 }),
  };
}

async function runUntil<Row extends object>(
  query: ReturnType<Statement<Row>>,
  signal?: AbortSignal,
): Promise<readonly Row[]> {
  const cancel = () => query.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await query;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

function isDead(error: unknown): boolean {
  return error instanceof Error && error.name === 'DeadlineError';
}

function replacePool(dead: Sql, open: () => Sql): Sql {
  void dead.end({ timeout: 0 });
  return open();
}

/** The driver's own pool: only for what `Database` has no way to say. */
export function openPool(settings: Settings<typeof databaseSettings>, options: ConnectOptions): Sql {
  const { database, user, password } = settings.DATABASE_URL;
  return postgres({
    ...placeOf(settings.DATABASE_URL),
    database,
    user,
    password,
    ssl: tlsOptions(settings),
    max: options.connections,
    // Every parameter is a text that Postgres casts, so the driver need not know the types of arrays.
    fetch_types: false,
    types: { bigint: postgres.BigInt },
    connect_timeout: settings.DATABASE_CONNECT_TIMEOUT_MS / 1_000,
    // Whoever tries again paces the tries. The driver's own pause counts the failures of all connections together,
    // and would hold up the first try after an outage for up to 20 s.
    backoff: () => 0,
    onnotice: () => {},
    // What a statement was prepared on may be another client's connection by now.
    prepare: settings.DATABASE_POOL_MODE === 'session',
    connection: {
      application_name: options.applicationName,
      ...(settings.DATABASE_POOL_MODE === 'session' ? sessionParameters(settings, options) : {}),
    },
  });
}

/** Lists, which the driver's types do not know: of a text it takes what stands before the first colon, also of an IPv6 address. */
function placeOf({ host, port }: DatabaseUrl): object {
  return { host: [host], port: [port] };
}

/** What a session is set to. Where there is none, the user is to be set to it: docs/operations.md, "PgBouncer". */
function sessionParameters(
  settings: Settings<typeof databaseSettings>,
  { idleInTransactionMs = 15_000, readOnly }: ConnectOptions,
) {
  return {
    statement_timeout: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    lock_timeout: settings.DATABASE_LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    ...readOnlyParameter(readOnly),
  };
}

/** As a text: the driver leaves out what is false. */
function readOnlyParameter(readOnly: boolean | undefined): object {
  return readOnly === undefined ? {} : { default_transaction_read_only: readOnly ? 'on' : 'off' };
}

/** By SQLSTATE, or the driver's code, and what was said. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /^28\S* .*(no encryption|SSL off)/,
    'set sslmode=verify-full in DATABASE_URL: this Postgres takes nobody without TLS',
  ],
  [
    /^(26000|42P05|08P01 unsupported startup parameter)/,
    'DATABASE_URL leads to a pooler that keeps no session: set DATABASE_POOL_MODE=transaction',
  ],
  [/^SSL_REFUSED/, 'switch on its ssl, or set sslmode=disable in DATABASE_URL'],
  [/^(28|08P01 .*(authentication failed|no such user))/, 'check the user and the password of DATABASE_URL'],
  [/^3D/, 'create the database or name another in DATABASE_URL'],
  [
    /^42(P01|703|P10|883) /,
    'the tables are missing or of another version: run "pnpm --filter infra provision"',
  ],
  [/^42501 /, 'grant the user of DATABASE_URL the rights that docs/operations.md lists'],
];

/** The one line about a lasting fault: what Postgres said and what to do about it. */
export function databaseUserError(error: unknown): UserError {
  const code = codeOf(error);
  const tlsError = tlsErrorOf(code);
  if (tlsError !== undefined) return tlsUserError(tlsError);
  const said = `${code} ${error instanceof Error ? error.message : ''}`;
  const remedy = remedies.find(([pattern]) => pattern.test(said))?.[1];
  return new UserError(`Postgres: ${describeError(error)}`, remedy ?? 'see the log of Postgres');
}

/** The error itself when trying again helps or nothing is wrong, else the UserError that a user can act on. */
export function toUserError(error: unknown): unknown {
  const isKnown = error instanceof UserError || error instanceof StopRequest;
  return isKnown || errorKind(error) === 'transient' ? error : databaseUserError(error);
}

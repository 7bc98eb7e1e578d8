import { DeadlineError, type Settings, tlsErrorOf, withDeadline } from '@pipeline/runtime';
import postgres from 'postgres';
import type { DatabaseUrl } from './database-url.ts';
import { codeOf } from './errors.ts';
import { passwordSource } from './password.ts';
import type { databaseSettings } from './settings.ts';
import { inSchema, type Sql } from './sql.ts';
import { tlsOptions } from './tls.ts';

export type { Sql };

type Statement<Row extends object> = (sql: Sql) => PromiseLike<readonly Row[]> & { cancel(): void };

/** A pool of connections to one database. */
export interface Database extends AsyncDisposable {
  /** `host:port/database`, with the schema unless that is `public`; safe to log. */
  readonly address: string;
  /**
   * Runs one statement with a deadline. If it passes, the connections are presumed dead and replaced. They are
   * also replaced, at most once per second, if a statement that may write reaches a read-only server: after a
   * failover the address leads to another server, but open connections stay with the former one.
   * @param signal cancels the statement, which Postgres then rolls back
   * @throws the driver's error or a DeadlineError (see `errorKind`), or the signal's reason
   */
  run<Row extends object>(statement: Statement<Row>, signal?: AbortSignal): Promise<readonly Row[]>;
  /** Runs one statement with a deadline, on a new connection, which waits for no other. */
  runAside<Row extends object>(statement: Statement<Row>): Promise<readonly Row[]>;
}

interface ConnectOptions {
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Maximum number of connections. */
  readonly connections: number;
  /** Whether transactions are read-only. Defaults to the role's `default_transaction_read_only`. */
  readonly readOnly?: boolean;
  /** `idle_in_transaction_session_timeout`. Defaults to 15 s. */
  readonly idleInTransactionMs?: number;
}

/** Added to Postgres's statement timeout: without an error by then, the connection is dead. */
const GRACE_MS = 5_000;

/** Minimum time between two replacements of connections that reach a read-only server. */
const REPLACE_MS = 1_000;

/** Connections are replaced after this time, so that they follow a failover that breaks none of them. */
const MAX_LIFETIME_SECONDS = 300;

/**
 * Creates a pool, which connects on first use.
 * @throws UserError if the TLS settings are invalid (`tlsOptions`)
 */
export function connectDatabase(
  settings: Settings<typeof databaseSettings>,
  options: ConnectOptions,
): Database {
  const url = settings.DATABASE_URL;
  const deadlineMs = settings.DATABASE_STATEMENT_TIMEOUT_MS + GRACE_MS;
  let pool = openPool(settings, options);
  let replacedAt = Number.NEGATIVE_INFINITY;
  const replace = (used: Sql, drainSeconds: number) => {
    if (pool !== used) return;
    replacedAt = performance.now();
    pool = openPool(settings, options);
    void used.end({ timeout: drainSeconds });
  };
  return {
    address: `${url.host}:${url.port}/${url.database}${schemaSuffix(settings.DATABASE_SCHEMA)}`,
    async run(statement, signal) {
      const used = pool;
      try {
        return await withDeadline(runUntil(statement(used), signal), deadlineMs, 'a statement');
      } catch (error) {
        if (error instanceof DeadlineError) replace(used, 0);
        if (isReadOnly(error, options) && performance.now() - replacedAt > REPLACE_MS) replace(used, 1);
        throw withHost(error, url.host);
      }
    },
    async runAside(statement) {
      const aside = openPool(settings, { ...options, connections: 1 });
      try {
        return await withDeadline(runUntil(statement(aside)), deadlineMs, 'a statement');
      } finally {
        void aside.end({ timeout: 0 });
      }
    },
    [Symbol.asyncDispose]: () => pool.end({ timeout: 2 }),
  };
}

const schemaSuffix = (schema: string) => (schema === 'public' ? '' : ` (schema ${schema})`);

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

/** Node's TLS errors do not name the server, but the remedy depends on it. */
function withHost(error: unknown, databaseHost: string): unknown {
  const isTls = error instanceof Error && tlsErrorOf(codeOf(error)) !== undefined;
  return isTls ? Object.assign(error, { databaseHost }) : error;
}

/** Whether the server is read-only although the connection is not meant to be. */
function isReadOnly(error: unknown, { readOnly }: ConnectOptions): boolean {
  return readOnly !== true && codeOf(error) === READ_ONLY_TRANSACTION;
}

const READ_ONLY_TRANSACTION = '25006';

/** The driver's pool, for transactions and multi-statement queries, which `Database` does not support. */
export function openPool(settings: Settings<typeof databaseSettings>, options: ConnectOptions): Sql {
  const { database, user, applicationName, connectTimeoutSeconds } = settings.DATABASE_URL;
  const sql = postgres({
    ...addressesOf(settings.DATABASE_URL),
    database,
    user,
    password: passwordSource(settings),
    ssl: tlsOptions(settings),
    max: options.connections,
    // Arrays are encoded by us, as text that is cast in SQL or in binary, so the driver does not need their types.
    fetch_types: false,
    types: { bigint: postgres.BigInt },
    max_lifetime: MAX_LIFETIME_SECONDS,
    connect_timeout: connectTimeoutSeconds ?? settings.DATABASE_CONNECT_TIMEOUT_MS / 1_000,
    // Callers have their own backoff. The driver's counts the failures of all connections together and would
    // delay the first attempt after an outage by up to 20 s.
    backoff: () => 0,
    onnotice: () => {},
    // Behind a transaction pooler, a prepared statement may belong to another server connection.
    prepare: settings.DATABASE_POOL_MODE === 'session',
    connection: {
      application_name: applicationName ?? options.applicationName,
      ...sessionOptions(settings.DATABASE_URL),
      ...(settings.DATABASE_POOL_MODE === 'session' ? sessionParameters(settings, options) : {}),
    },
  });
  return inSchema(sql, settings.DATABASE_SCHEMA);
}

/** Arrays, which the driver's types lack, because it splits a string at the first colon (IPv6). */
function addressesOf({ hosts, targetSessionAttrs }: DatabaseUrl): object {
  return {
    host: hosts.map(({ host }) => host),
    port: hosts.map(({ port }) => port),
    ...(targetSessionAttrs === undefined ? {} : { target_session_attrs: targetSessionAttrs }),
  };
}

function sessionOptions({ options }: DatabaseUrl): object {
  return options === undefined ? {} : { options };
}

/** Session parameters. With a transaction pooler, set them on the user (docs/install.md, "PgBouncer"). */
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

/** A string, because the driver omits `false`. */
function readOnlyParameter(readOnly: boolean | undefined): object {
  return readOnly === undefined ? {} : { default_transaction_read_only: readOnly ? 'on' : 'off' };
}

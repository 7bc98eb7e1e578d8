import { codeOf, describeError, isTransientError, type Persist, postgresErrors } from '@pipeline/db';
import { exitAfter, stopSignal } from '@pipeline/program';
import { UserError, waitFor } from '@pipeline/runtime';
import { openStatsContext, STOP_MS, type StatsContext, type StatsSettings } from './stats-context.ts';

export interface ReachOptions {
  readonly signal: AbortSignal;
  /** Whether to wait for Postgres; if not, an unreachable Postgres is an error. */
  readonly wait: boolean;
  /** The exit code if Postgres does not respond; defaults to 1. */
  readonly unreachableCode?: number;
  /** Defaults to every transient error. */
  readonly isTransient?: (error: unknown) => boolean;
}

/** Serialization failure, deadlock, lock timeout: Postgres responds, and the next attempt may succeed. */
const conflict = /^(40001|40P01|55P03)$/;

/**
 * Runs an operation on Postgres, and retries conflicts. With `wait`, it retries every transient error and
 * logs why it waits.
 * @throws UserError for a permanent error, or if Postgres does not respond; the signal's reason
 */
export async function reachPostgres<Value>(
  operation: () => Promise<Value>,
  { database, say }: Pick<StatsContext, 'database' | 'say'>,
  { signal, wait, unreachableCode, isTransient = isTransientError }: ReachOptions,
): Promise<Value> {
  const isWorthRetrying = (error: unknown) => isTransient(error) && (wait || conflict.test(codeOf(error)));
  try {
    const errors = { ...postgresErrors, isTransientError: isWorthRetrying };
    return await waitFor(operation, { system: `Postgres at ${database.address}`, errors, say, signal });
  } catch (error) {
    if (!signal.aborted && isTransient(error))
      throw unreachableError(database.address, error, unreachableCode);
    throw error;
  }
}

function unreachableError(address: string, error: unknown, code?: number): UserError {
  return new UserError(
    `Postgres at ${address} does not respond: ${describeError(error)}`,
    'start it, check DATABASE_URL, or add --wait',
    code,
  );
}

/**
 * Opens the context of a command once Postgres responds.
 * @throws UserError if Postgres does not respond, unless `wait` is set; or for a permanent error
 */
export async function openReachable(settings: StatsSettings, options: ReachOptions): Promise<StatsContext> {
  await using stack = new AsyncDisposableStack();
  const context = stack.use(openStatsContext(settings));
  await reachPostgres(() => context.database.run((sql) => sql`select 1`), context, options);
  stack.move();
  return context;
}

/** The statement timeout of scans over a whole table: a day, which is effectively unlimited. */
const ANY_LENGTH_MS = 86_400_000;

/** What a long operation on the tables works with. */
export interface Maintenance {
  readonly context: StatsContext;
  readonly signal: AbortSignal;
  /** Runs a step, and retries conflicts; with `wait` every transient error. */
  readonly persist: Persist;
}

/** Runs a long operation on the tables, without a statement timeout. */
export async function maintain(
  settings: StatsSettings,
  { wait = false }: { readonly wait?: boolean | undefined },
  work: (maintenance: Maintenance) => Promise<void>,
): Promise<void> {
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  await using context = openStatsContext({ ...settings, DATABASE_STATEMENT_TIMEOUT_MS: ANY_LENGTH_MS });
  const options = { signal, wait, isTransient: isRetriable };
  await work({ context, signal, persist: (step) => reachPostgres(step, context, options) });
}

/** Retrying a statement that was cancelled on purpose would defeat the cancellation. */
const isRetriable = (error: unknown) => isTransientError(error) && codeOf(error) !== '57014';

import { codeOf, describeError, isTransientError, type Persist, postgresErrors } from '@pipeline/db';
import { UserError, waitFor } from '@pipeline/runtime';
import { openStatsContext, type StatsContext, type StatsSettings } from './stats-context.ts';

export interface WaitFlag {
  /** Whether to wait for Postgres; if not, an unreachable Postgres is an error. */
  readonly wait?: boolean | undefined;
}

interface ReachOptions extends WaitFlag {
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
  { database, say, signal }: StatsContext,
  { wait = false, unreachableCode, isTransient = isTransientError }: ReachOptions,
): Promise<Value> {
  const isWorthRetrying = (error: unknown) => isTransient(error) && (wait || conflict.test(codeOf(error)));
  const system = `Postgres at ${database.address}`;
  try {
    const errors = { ...postgresErrors, isTransientError: isWorthRetrying };
    return await waitFor(operation, { system, errors, say, signal });
  } catch (error) {
    if (signal.aborted || !isTransient(error)) throw error;
    throw new UserError(
      `${system} does not respond: ${describeError(error)}`,
      'start it, check DATABASE_URL, or add --wait',
      unreachableCode,
    );
  }
}

/** The statement timeout of scans over a whole table: a day, which is effectively unlimited. */
const ANY_LENGTH_MS = 86_400_000;

/** What a long operation on the tables works with. */
export interface Maintenance {
  readonly context: StatsContext;
  /** Runs a step, and retries conflicts; with `wait` every transient error. */
  readonly persist: Persist;
}

/** Runs a long operation on the tables, without a statement timeout. */
export async function maintain(
  settings: StatsSettings,
  { wait }: WaitFlag,
  work: (maintenance: Maintenance) => Promise<void>,
): Promise<void> {
  await using context = openStatsContext({ ...settings, DATABASE_STATEMENT_TIMEOUT_MS: ANY_LENGTH_MS });
  const options = { wait, isTransient: isRetriable };
  await work({ context, persist: (step) => reachPostgres(step, context, options) });
}

/** Retrying a statement that was cancelled on purpose would defeat the cancellation. */
const isRetriable = (error: unknown) => isTransientError(error) && codeOf(error) !== '57014';

import type { ConnectionLimit } from '@pipeline/db/read';
import { commandLine } from '@pipeline/program';
import { UserError } from '@pipeline/runtime';
import { formatSeconds } from '../../web/format/numbers.ts';
import { type Check, ofPostgres, type Problem, toProblem } from './setup.ts';

/** Older versions lack what the migrations use, such as `unique nulls not distinct`. */
const OLDEST_VERSION = 15;
/** The clocks may differ by this time, in milliseconds. */
const CLOCK_MS = 5_000;
/** A stats page has two pools of two connections. */
const STATS_CONNECTIONS = 4;

/** Errors with this remedy come from a pooler that does not keep a session. */
const isOfPooler = ({ remedy }: UserError) => remedy.includes('DATABASE_POOL_MODE=transaction');

/** Checks of the server, the login, the rights and the limits. */
export const postgresChecks = {
  'postgres-unreachable': ({ postgres }) =>
    postgres instanceof UserError && !isOfPooler(postgres) ? toProblem(postgres) : undefined,

  'pool-mode-mismatch': ({ postgres, settings: { poolMode, statementTimeoutMs } }) => {
    if (postgres instanceof UserError) return isOfPooler(postgres) ? toProblem(postgres) : undefined;
    if (poolMode === 'transaction' || postgres.statementTimeoutMs === statementTimeoutMs) return undefined;
    return {
      problem:
        `the statement timeout of a session is ${postgres.statementTimeoutMs} ms instead of ${statementTimeoutMs} ms: ` +
        'DATABASE_URL points at a pooler that does not pass session parameters on',
      remedy: 'set DATABASE_POOL_MODE=transaction, and the timeouts on the user',
    };
  },

  'statement-timeout-off': ofPostgres(({ statementTimeoutMs, user }, { poolMode }) => {
    if (poolMode === 'session' || statementTimeoutMs > 0) return undefined;
    return {
      problem: `the user ${user} has no statement timeout, and a pooler in transaction mode keeps none`,
      remedy: `run alter role ${user} set statement_timeout = '20s'`,
    };
  }),

  'postgres-version-unsupported': ofPostgres(({ versionNumber }) => {
    const version = Math.floor(versionNumber / 10_000);
    if (version >= OLDEST_VERSION) return undefined;
    return { problem: `this is Postgres ${version}`, remedy: `upgrade it to ${OLDEST_VERSION} or newer` };
  }),

  'database-encoding': ofPostgres(({ encoding }) => {
    if (encoding === 'UTF8') return undefined;
    return {
      problem: `the encoding of the database is ${encoding}, which cannot store every character of an event`,
      remedy: "create a database with encoding 'UTF8'",
    };
  }),

  'login-without-rights': ofPostgres(({ hasTables, mayRead, user, roles }) => {
    if (!hasTables || mayRead) return undefined;
    const role = roles.find((name) => name.endsWith('_reader')) ?? 'pipeline_reader';
    return {
      problem: `the user ${user} may not read the ledger and the migrations, so not everything can be checked`,
      remedy: `run grant ${role} to ${user}, or check with a user that has this role`,
    };
  }),

  'role-without-rights': ofPostgres(({ missingRights }, { schema }) =>
    Object.entries(missingRights).map(([role, rights]) => ({
      problem: `the role ${role} lacks ${rights.join(', ')}`,
      remedy: `as the owner of the tables, run select ${schema}.grant_to_roles()`,
    })),
  ),

  'too-few-connections': ({ kafka, postgres, settings }) => {
    if (postgres instanceof UserError || settings.poolMode === 'transaction') return [];
    const consumers = kafka instanceof UserError ? 1 : Math.max(1, kafka.members ?? 1);
    const needed = consumers * settings.consumerConnections + STATS_CONNECTIONS;
    return postgres.limits.filter((limit) => isExceeded(limit, needed)).map((limit) => toFull(limit, needed));
  },

  'synchronous-commit-off': ofPostgres(({ asynchronousUsers }) =>
    asynchronousUsers.map((user) => ({
      problem: `synchronous_commit is off for ${user}: a crash of Postgres loses events that Kafka counts as read`,
      remedy: 'turn it on for the database and its users',
    })),
  ),

  'clock-skew-postgres': ofPostgres(({ clockAheadMs }) => {
    if (Math.abs(clockAheadMs) <= CLOCK_MS) return undefined;
    const direction = clockAheadMs > 0 ? 'ahead of' : 'behind';
    return {
      problem: `the clock of Postgres is ${formatSeconds(Math.abs(clockAheadMs) / 1_000)} ${direction} that of this machine`,
      remedy: 'synchronize both',
    };
  }),

  'partitions-run-out': ofPostgres(({ daysAhead }) => {
    if (daysAhead === null || daysAhead > 0) return undefined;
    return {
      problem:
        'raw_events has no partition for tomorrow: its events will go to raw_events_other, which is never dropped',
      remedy: 'create the partitions of the next days, every day',
      command: commandLine('stats', ['partition']),
    };
  }),
} satisfies Readonly<Record<string, Check>>;

/** Those that are open already need no room again. */
function isExceeded({ limit, open, ownOpen }: ConnectionLimit, needed: number): boolean {
  return open + Math.max(0, needed - ownOpen) > limit;
}

function toFull({ of, limit, open, ownOpen }: ConnectionLimit, needed: number): Problem {
  return {
    problem:
      `the ${of} allows ${limit} connections, others use ${open - ownOpen}, ` +
      `and the consumers and a stats page may open ${needed}`,
    remedy:
      of === 'server'
        ? 'raise max_connections, or lower WRITERS'
        : 'raise the connection limit of the database',
  };
}

import type { Settings } from '@pipeline/runtime';
import type { Rollup } from '@pipeline/schema';
import type { Database, Sql } from '../client/connect.ts';
import type { databaseSettings } from '../client/settings.ts';
import { readDaysAhead } from '../maintenance/days-ahead.ts';
import { type ComparedMigrations, compareMigrations } from '../migrate.ts';
import { readStoredRollups } from '../rollups/stored-rollups.ts';
import { textArray } from '../write/columns/array-literal.ts';
import { BUILT_IN_IDENTITY } from '../write/identity.ts';
import { type NeededRight, neededRights } from './needed-rights.ts';

/** The limit of connections of a server or a database, and how many there are. */
export interface ConnectionLimit {
  readonly of: 'server' | 'database';
  readonly limit: number;
  readonly open: number;
  /** Those of the pipeline's programs in this database, among the open ones. */
  readonly ownOpen: number;
}

/** What the server, the database and the roles are like. Any login may read it. */
interface ServerSetup {
  /** Such as 180004. */
  readonly versionNumber: number;
  readonly encoding: string;
  readonly user: string;
  /** The roles of the pipeline that exist. */
  readonly roles: readonly string[];
  readonly hasTables: boolean;
  /** Whether this login may read the ledger and the names of the applied migrations. */
  readonly mayRead: boolean;
  /** Of this session; 0 is off. */
  readonly statementTimeoutMs: number;
  /** The logins that do not wait for their commits to reach the disk. */
  readonly asynchronousUsers: readonly string[];
  readonly limits: readonly ConnectionLimit[];
}

/** The ledgers of a topic that have events or a cluster. */
export interface TopicLedger {
  readonly topic: string;
  readonly clusterId: string | null;
  /** The id rule of the stored events; null if there are none. */
  readonly identity: string | null;
}

/** How a database is set up. */
export interface DatabaseSetup extends ServerSetup {
  /** Rights that a role needs and does not have, by the name of the role. */
  readonly missingRights: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds by which the server's clock is ahead of this machine's, less what the request took. */
  readonly clockAheadMs: number;
  /** Null below here if the login may not read it. */
  readonly migrations: ComparedMigrations | null;
  readonly ledgers: readonly TopicLedger[] | null;
  /** The roll-ups that Postgres maintains. */
  readonly rollups: readonly Rollup[] | null;
  /** Days after today with a partition of their own; also null if `raw_events` is not partitioned by day. */
  readonly daysAhead: number | null;
}

/** Reads how a database is set up, in short statements on the catalog and the ledger. @throws the driver's error */
export async function readSetup(
  database: Database,
  { DATABASE_SCHEMA: schema, DATABASE_URL: url }: Settings<typeof databaseSettings>,
  topics: readonly string[],
): Promise<DatabaseSetup> {
  const server = await readServer(database, schema, url.applicationName ?? '');
  const missingRights = await readMissingRights(database, schema);
  const clockAheadMs = await measureClock(database);
  const common = { ...server, missingRights, clockAheadMs };
  const unknown = { ledgers: null, rollups: null, daysAhead: null };
  if (!server.hasTables) return { ...common, ...unknown, migrations: compareMigrations([]) };
  if (!server.mayRead) return { ...common, ...unknown, migrations: null };
  return {
    ...common,
    migrations: compareMigrations(await readApplied(database)),
    ledgers: await readTopicLedgers(database, topics),
    rollups: await readStoredRollups(database),
    daysAhead: await readDaysAhead(database, new Date()),
  };
}

const rolePrefix = (schema: string) => (schema === 'public' ? 'pipeline_' : `pipeline_${schema}_`);

/** Of the catalog only: a name in a schema that the login may not use would be an error. */
async function readServer(database: Database, schema: string, ownName: string): Promise<ServerSetup> {
  const prefix = rolePrefix(schema);
  const [server] = await database.run(
    (sql) => sql<ServerSetup[]>`
      with tables as (
        select relname, oid, relnamespace from pg_class where relname in ('raw_events', 'ingest_progress', 'schema_migrations')
          and relnamespace = (select oid from pg_namespace where nspname = ${schema})
      )
      select current_setting('server_version_num')::int as "versionNumber", current_user::text as user,
             pg_encoding_to_char(encoding) as encoding,
             (select coalesce(json_agg(rolname), '[]') from pg_roles
              where rolname in (${prefix} || 'owner', ${prefix} || 'writer', ${prefix} || 'reader', ${prefix} || 'operator'))
               as roles,
             (select count(*) = 3 from tables) as "hasTables",
             (select count(*) = 2 from tables where relname <> 'raw_events' and has_table_privilege(oid, 'select')
                and has_schema_privilege(relnamespace, 'usage')) as "mayRead",
             (select setting::int from pg_settings where name = 'statement_timeout') as "statementTimeoutMs",
             (select coalesce(json_agg(one), '[]') from (${selectAsynchronousUsers(sql)}) as users (one))
               as "asynchronousUsers",
             (select json_agg(one) from (${selectLimits(sql, ownName)}) as one where one.limit >= 0) as limits
      from pg_database where datname = current_database()`,
  );
  if (server === undefined) throw new Error('Postgres returned no row');
  return server;
}

/** This user, if it does not wait for commits, and others for which that is set and that store events. */
function selectAsynchronousUsers(sql: Sql) {
  return sql`
    select current_user::text where current_setting('synchronous_commit') = 'off'
    union
    select setrole::regrole::text from pg_db_role_setting
    where setrole <> 0 and setdatabase in (0, pg_database.oid) and 'synchronous_commit=off' = any(setconfig)
      and has_table_privilege(setrole, (select oid from tables where relname = 'raw_events'), 'insert')`;
}

/** A limit of -1 is none. */
function selectLimits(sql: Sql, ownName: string) {
  return sql`
    with open as (
      select datname is not distinct from current_database() as is_here,
             datname is not distinct from current_database()
               and application_name in ('consumer', 'stats', 'redrive', 'migrate', 'infra', ${ownName}) as is_own
      from pg_stat_activity where backend_type = 'client backend'
    )
    select 'server' as of, count(*)::int as open, count(*) filter (where is_own)::int as "ownOpen",
           current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
             - coalesce(current_setting('reserved_connections', true), '0')::int as limit
    from open
    union all
    select 'database', count(*) filter (where is_here)::int, count(*) filter (where is_own)::int, datconnlimit
    from open`;
}

async function readMissingRights(
  database: Database,
  schema: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const rows = await database.run(
    (sql) => sql<(NeededRight & { readonly role: string })[]>`
      select rolname as role, privilege, object
      from json_to_recordset(${JSON.stringify(neededRights)}::text::json) as needed (kind text, privilege text, object text)
      join pg_roles on rolname = ${rolePrefix(schema)} || kind
      join pg_namespace on nspname = ${schema}
      left join pg_class on relname = object and relnamespace = pg_namespace.oid
      left join pg_proc on proname = object and pronamespace = pg_namespace.oid
      where not case privilege
        when 'execute' then has_function_privilege(rolname, pg_proc.oid, privilege)
        when 'delete' then has_table_privilege(rolname, pg_class.oid, privilege)
        else has_any_column_privilege(rolname, pg_class.oid, privilege) end
      order by object, privilege`,
  );
  const byRole = Map.groupBy(rows, ({ role }) => role);
  return Object.fromEntries(
    [...byRole].map(([role, some]) => [
      role,
      some.map(({ privilege, object }) => `${privilege} on ${object}`),
    ]),
  );
}

/** Errs towards 0: the server read its clock at some time during the request. */
async function measureClock(database: Database): Promise<number> {
  const before = Date.now();
  const [row] = await database.run(
    (sql) => sql<{ now: number }[]>`select extract(epoch from clock_timestamp())::float8 * 1000 as now`,
  );
  const [now, after] = [row?.now ?? before, Date.now()];
  return now > after ? now - after : Math.min(0, now - before);
}

async function readApplied(database: Database): Promise<readonly string[]> {
  const rows = await database.run(
    (sql) => sql<{ name: string }[]>`select name from pipeline.schema_migrations`,
  );
  return rows.map(({ name }) => name);
}

async function readTopicLedgers(
  database: Database,
  topics: readonly string[],
): Promise<readonly TopicLedger[]> {
  return await database.run(
    (sql) => sql<TopicLedger[]>`
      select topic, cluster_id as "clusterId",
             case when stored + duplicates > 0 then coalesce(identity, ${BUILT_IN_IDENTITY}) end as identity
      from pipeline.ingest_progress where topic = any(${textArray(topics)}::text[])
      group by 1, 2, 3 order by 1, 2, 3`,
  );
}

import { UserError } from '@pipeline/runtime';
import type { Database } from '../client/connect.ts';
import { codeOf } from '../client/errors.ts';
import type { Persist } from '../write/writer.ts';
import { carryViewsText } from './carried-views.ts';
import { type Day, dayAfter } from './day.ts';
import { readDependents } from './dependents.ts';
import { runLocked } from './maintenance-lock.ts';

/** The changes that were made. */
export interface Partitioned {
  /** Whether the table was not partitioned before. */
  readonly isConverted: boolean;
  /** Names of the created partitions. */
  readonly made: readonly string[];
  /**
   * Days, such as `20261125`, without a partition, because `raw_events_other` already has ids of that day.
   */
  readonly skipped: readonly string[];
}

/**
 * Partitions `raw_events` by the day in its UUIDv7 ids, so that old days can be dropped instead of deleted.
 * The id is the partition key, and therefore stays unique over all partitions. Existing rows stay in
 * `raw_events_before`; attaching it scans them once while writers wait. Ids of other versions mostly end up
 * in `raw_events_other`. Creates the missing partitions for the days after today. Safe to repeat and to run
 * concurrently.
 * @param daysAhead at least 1
 * @param persist runs each step, and retries transient errors
 * @throws UserError if other objects depend on the table; the driver's error, 23514 if the table has an id
 * that is not from today or before
 */
export async function partitionEvents(
  database: Database,
  now: Date,
  daysAhead: number,
  persist: Persist,
): Promise<Partitioned> {
  const isConverted = !(await persist(() => isPartitioned(database)));
  if (isConverted) await convert(database, now, persist);
  const made: string[] = [];
  const skipped: string[] = [];
  for (let days = 1; days <= daysAhead; days++) {
    const [day, next] = [dayAfter(now, days), dayAfter(now, days + 1)];
    const outcome = await persist(() => makePartition(database, day, next));
    if (outcome === 'made') made.push(`raw_events_${day.name}`);
    if (outcome === 'skipped') skipped.push(day.name);
  }
  // New tables belong to this user. If there are roles, they must belong to the owner role.
  await persist(() => runLocked(database, 'select pipeline.grant_to_roles()'));
  return { isConverted, made, skipped };
}

async function convert(database: Database, now: Date, persist: Persist): Promise<void> {
  const dependents = await persist(() => readDependents(database));
  if (dependents.length > 0)
    throw new UserError(
      `raw_events cannot be partitioned, because objects depend on it: ${dependents.join(', ')}`,
      'drop them, run this again, and recreate them',
    );
  await persist(() => runLocked(database, conversionText(dayAfter(now, 1).firstId)));
}

const CHECK_VIOLATION = '23514';

async function makePartition(database: Database, day: Day, next: Day): Promise<'made' | 'there' | 'skipped'> {
  const name = `raw_events_${day.name}`;
  if (await exists(database, name)) return 'there';
  const range = `from ('${day.firstId}') to ('${next.firstId}')`;
  try {
    await runLocked(
      database,
      `create table if not exists pipeline.${name} partition of pipeline.raw_events for values ${range};
        ${privilegesText('raw_events', name)}; ${commentsText('raw_events', name)}`,
    );
    return 'made';
  } catch (error) {
    if (codeOf(error) !== CHECK_VIOLATION) throw error;
    return 'skipped';
  }
}

/**
 * Replaces the table by a partitioned one with the same defaults, indexes, privileges, comments and views.
 * Attaching the old table scans all rows to check that their ids are below the bound.
 */
function conversionText(bound: string): string {
  const isPlain = `(select relkind from pg_class where oid = 'pipeline.raw_events'::regclass) = 'r'`;
  const replacement = `
      alter table pipeline.raw_events rename to raw_events_before;
      alter index pipeline.raw_events_pkey rename to raw_events_before_pkey;
      create table pipeline.raw_events (like pipeline.raw_events_before including all) partition by range (event_id);
      alter table pipeline.raw_events attach partition pipeline.raw_events_before for values from (minvalue) to ('${bound}');
      create table pipeline.raw_events_other partition of pipeline.raw_events default;
      drop trigger if exists count_rollups on pipeline.raw_events_before;
      if to_regproc('pipeline.install_rollups') is not null then perform pipeline.install_rollups(); end if;`;
  const made = ['raw_events', 'raw_events_other'].flatMap((table) => [
    privilegesText('raw_events_before', table),
    commentsText('raw_events_before', table),
  ]);
  return [carryViewsText(isPlain, replacement), ...made].join(';\n');
}

/** Copies the privileges to another table, so that partitions can also be queried directly. */
function privilegesText(from: string, to: string): string {
  return `do $privileges$ declare statement text; begin
      for statement in
        select format('grant %s on pipeline.${to} to %s', privilege_type,
                      case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end)
        from pg_class, aclexplode(relacl) where oid = 'pipeline.${from}'::regclass
      loop execute statement; end loop;
    end $privileges$`;
}

/** Copies the comments on the table and its columns to another table. */
function commentsText(from: string, to: string): string {
  return `do $comments$ declare statement text; begin
      for statement in
        select case objsubid when 0 then format('comment on table pipeline.${to} is %L', description)
                    else format('comment on column pipeline.${to}.%I is %L', attname, description) end
        from pg_description left join pg_attribute on attrelid = objoid and attnum = objsubid
        where objoid = 'pipeline.${from}'::regclass and classoid = 'pg_class'::regclass
      loop execute statement; end loop;
    end $comments$`;
}

async function isPartitioned(database: Database): Promise<boolean> {
  const [found] = await database.run(
    (sql) =>
      sql<
        { kind: string }[]
      >`select relkind as kind from pg_class where oid = 'pipeline.raw_events'::regclass`,
  );
  return found?.kind === 'p';
}

async function exists(database: Database, table: string): Promise<boolean> {
  const text = `select to_regclass('pipeline.${table}') is not null as "is"`;
  const [found] = await database.run((sql) => sql.unsafe<{ is: boolean }[]>(text));
  return found?.is ?? false;
}

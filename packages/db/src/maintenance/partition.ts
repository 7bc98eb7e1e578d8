import { UserError } from '@pipeline/runtime';
import type { Database } from '../connect.ts';
import { codeOf } from '../errors.ts';
import type { Persist } from '../writer.ts';
import { type Day, dayAfter } from './day.ts';
import { readDependents } from './dependents.ts';
import { runLocked } from './maintenance-lock.ts';

/** What was changed. */
export interface Partitioned {
  /** The table was in one piece before. */
  readonly isConverted: boolean;
  /** Partitions that were made. */
  readonly made: readonly string[];
  /** Days, such as `20261125`, that have none, since ids of theirs are in `raw_events_other` already. */
  readonly skipped: readonly string[];
}

/**
 * Keeps `raw_events` in partitions by the day that ids of version 7 carry, so that old days can be dropped instead of
 * deleted. An id stays unique over all partitions, for it is what they are parted by. Rows that are there stay, in
 * `raw_events_before`; they are read once, and writers wait for that. Ids of other versions go where their bits send
 * them, mostly to `raw_events_other`.
 * Safe to repeat, and to run twice at once: partitions are made for the days after today where they are missing.
 * @param daysAhead from 1
 * @param persist runs each step, again where it failed in passing
 * @throws UserError when others have hung something on the table; the driver's error: 23514 when there is an id that is
 * not of today or before
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
  // What is new belongs to this user; what is there belongs to a role, where there are roles.
  await persist(() => runLocked(database, 'select grant_to_roles()'));
  return { isConverted, made, skipped };
}

async function convert(database: Database, now: Date, persist: Persist): Promise<void> {
  const dependents = await persist(() => readDependents(database));
  if (dependents.length > 0)
    throw new UserError(
      `raw_events cannot be replaced by a table in partitions: it has ${dependents.join(', ')}`,
      'remove them, run this again, and make them anew',
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
      `create table if not exists ${name} partition of raw_events for values ${range}; ${rightsText('raw_events', name)}`,
    );
    return 'made';
  } catch (error) {
    if (codeOf(error) !== CHECK_VIOLATION) throw error;
    return 'skipped';
  }
}

/**
 * Puts a table in partitions in the place of the one in one piece, with its defaults, indexes and rights. Attaching reads
 * all rows, to be sure that their ids are below the bound.
 */
function conversionText(bound: string): string {
  return `do $convert$ begin
      if (select relkind from pg_class where oid = 'raw_events'::regclass) = 'p' then return; end if;
      lock table raw_events in access exclusive mode;
      alter table raw_events rename to raw_events_before;
      alter index raw_events_pkey rename to raw_events_before_pkey;
      create table raw_events (like raw_events_before including all) partition by range (event_id);
      alter table raw_events attach partition raw_events_before for values from (minvalue) to ('${bound}');
      create table raw_events_other partition of raw_events default;
    end $convert$;
    ${rightsText('raw_events_before', 'raw_events')};
    ${rightsText('raw_events_before', 'raw_events_other')}`;
}

/** Gives everybody the same rights on another table, so that a partition can be looked at by itself. */
function rightsText(from: string, to: string): string {
  return `do $rights$ declare statement text; begin
      for statement in
        select format('grant %s on ${to} to %s', privilege_type,
                      case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end)
        from pg_class, aclexplode(relacl) where oid = '${from}'::regclass
      loop execute statement; end loop;
    end $rights$`;
}

async function isPartitioned(database: Database): Promise<boolean> {
  const [found] = await database.run(
    (sql) => sql<{ kind: string }[]>`select relkind as kind from pg_class where oid = 'raw_events'::regclass`,
  );
  return found?.kind === 'p';
}

async function exists(database: Database, table: string): Promise<boolean> {
  const [found] = await database.run(
    (sql) => sql<{ is: boolean }[]>`select to_regclass(${table}) is not null as "is"`,
  );
  return found?.is ?? false;
}

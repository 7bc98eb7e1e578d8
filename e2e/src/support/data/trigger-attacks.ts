import type { Database } from '@pipeline/db';

/**
 * A function that runs with the rights of its owner, which a login attaches to a table of its own: statements that run
 * as one transaction, the last of which fires the trigger.
 */
export interface TriggerAttack {
  readonly name: string;
  readonly statements: string;
}

/** Events of a trigger, the transition tables as the pipeline names them, and what fires it on a table. */
const events = [
  ['insert', 'referencing new table as added', (bait: string) => `insert into ${bait} table ${bait}`],
  [
    'update',
    'referencing old table as removed new table as added',
    (bait: string) => `update ${bait} set status = 'discarded'`,
  ],
  ['delete', 'referencing old table as removed', (bait: string) => `delete from ${bait}`],
  ['truncate', '', (bait: string) => `truncate ${bait}`],
] as const;

/** What the database offers to an attacker. */
interface Target {
  readonly functions: readonly string[];
  /** Functions that are no triggers, for which this file has no attack. */
  readonly others: readonly string[];
  /** The tables that have triggers: a temporary table of the same name must not be mistaken for one. */
  readonly tables: readonly string[];
  /** The definition of every column of any table, once by name. */
  readonly columns: string;
  /** Any roll-up. */
  readonly rollup: number;
}

async function findTarget(database: Database): Promise<Target> {
  const [target] = await database.run(
    (sql) => sql<Target[]>`
      with definers as (
        select proname as name, prorettype = 'trigger'::regtype as is_trigger from pg_proc
        where prosecdef and pronamespace = 'public'::regnamespace
      ), columns as (
        select distinct on (attname) attname, format_type(atttypid, atttypmod) as type
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped
        order by attname, relname
      )
      select array_to_json(array(select name from definers where is_trigger order by 1)) as functions,
             array_to_json(array(select name from definers where not is_trigger order by 1)) as others,
             array_to_json(array(select distinct relname from pg_trigger join pg_class on pg_class.oid = tgrelid
                                 where relnamespace = 'public'::regnamespace and not tgisinternal)) as tables,
             (select string_agg(format('%I %s', attname, type), ', ') from columns) as columns,
             (select max(rollup_id) from rollups) as rollup`,
  );
  if (target === undefined) throw new Error('Postgres returned nothing');
  return target;
}

/**
 * Attacks with every SECURITY DEFINER function of the schema `public`, for every event of a trigger.
 * @throws Error if one of them is no trigger function
 */
export async function planTriggerAttacks(database: Database): Promise<readonly TriggerAttack[]> {
  const target = await findTarget(database);
  if (target.others.length > 0) throw new Error(`no attack is known for ${target.others.join()}`);
  return target.functions.flatMap((name) =>
    ['bait', ...target.tables].flatMap((table) =>
      events.map(([event, transitions, fire]) => {
        const bait = `pg_temp.${table}`;
        const statements = `
          create temp table ${table} (${target.columns}) on commit drop;
          insert into ${bait} (status, reason, event_type, source_topic, event_time, payload)
          values ('open', 'not_json', 'purchase', 'events', now(), '{"amount": 1, "currency": "EUR"}');
          set local rollup.groups = '{{"{${target.rollup}}","{0}","{0}","{NULL}","{5}","{1}","{0}"}}';
          create trigger attack after ${event} on ${bait} ${transitions}
            for each statement execute function public.${name}();
          ${fire(bait)}`;
        return { name, statements };
      }),
    ),
  );
}

/**
 * Runs the attacks.
 * @returns what became of those with each function, each once, such as `count_dead_letters: not attached`
 */
export async function runTriggerAttacks(
  database: Database,
  attacks: readonly TriggerAttack[],
): Promise<readonly string[]> {
  const outcomes = new Set<string>();
  for (const { name, statements } of attacks) {
    const outcome = await database
      .run((sql) => sql.unsafe(statements).simple())
      .then(
        () => 'succeeded',
        (error: unknown) => describeOutcome(name, error),
      );
    outcomes.add(`${name}: ${outcome}`);
  }
  return [...outcomes].sort();
}

function describeOutcome(name: string, error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (code === '42501' && message === `permission denied for function public.${name}`) return 'not attached';
  if (code === '42501' && message.startsWith(`${name}() is only for `)) return 'fired in vain';
  return `${code} ${message}`;
}

/** The rows of all tables of the schema `public`, by table. */
export async function readAllTables(database: Database): Promise<unknown> {
  const tables = await database.run(
    (sql) => sql<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const readRows = (table: string) =>
    database.run((sql) => sql.unsafe(`select t::text as row from public."${table}" as t order by 1`));
  return await Promise.all(tables.map(async ({ name }) => [name, await readRows(name)]));
}

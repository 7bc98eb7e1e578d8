import type { Sql } from '../client/connect.ts';
import type { Existing } from './evolve-view.ts';
import type { Comments } from './view-text.ts';

/** A relation of the schema. If it is a view of the pipeline, with the statements that created it. */
interface StoredView extends Existing {
  readonly name: string;
  readonly statements: string;
}

/**
 * Whether a view has the comment and exactly the columns that the pipeline gave it. If not, another one was created
 * under its name. The object id would be another one after a restore, too.
 */
const isUnchanged = (sql: Sql) => sql`
  obj_description(pg_class.oid, 'pg_class') is not null and array(
    select attname || ' ' || atttypid::regtype from pg_attribute
    where attrelid = pg_class.oid and attnum > 0 order by attnum
  ) = array(
    select (value ->> 'name') || ' ' || (value ->> 'type')::regtype
    from jsonb_array_elements(columns) with ordinality order by ordinality
  )`;

/** What the schema has under these names. A view that was dropped is not among it, even if it is recorded. */
export async function readViews(
  sql: Sql,
  names: readonly string[],
): Promise<ReadonlyMap<string, StoredView>> {
  const rows = await sql<StoredView[]>`
    select relname as name, relkind = 'v' and view_name is not null and ${isUnchanged(sql)} as "isOwn",
           coalesce(event_type, '') as "eventType", coalesce(columns, '[]') as columns,
           coalesce(statements, '') as statements
    from pg_class left join pipeline.view_definitions on view_name = relname
    where relnamespace = (select relnamespace from pg_class where oid = 'pipeline.raw_events'::regclass)
      and relname in (select json_array_elements_text(${JSON.stringify(names)}::text::json))`;
  return new Map(rows.map((row) => [row.name, row]));
}

/** The comments on the columns of `raw_events`. */
export async function readComments(sql: Sql): Promise<Comments> {
  const rows = await sql<{ name: string; comment: string }[]>`
    select attname as name, description as comment
    from pg_description join pg_attribute on attrelid = objoid and attnum = objsubid
    where objoid = 'pipeline.raw_events'::regclass and classoid = 'pg_class'::regclass`;
  return new Map(rows.map(({ name, comment }) => [name, comment]));
}

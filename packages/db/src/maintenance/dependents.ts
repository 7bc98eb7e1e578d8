import type { Database } from '../client/connect.ts';
import { carriedViews } from './carried-views.ts';

/**
 * Describes objects that depend on `raw_events`. They would stay attached to the old table if another one
 * took its name. Without the views that can be carried along.
 * @throws the driver's error
 */
export async function readDependents(database: Database): Promise<readonly string[]> {
  const found = await database.run((sql) =>
    sql.unsafe<{ name: string }[]>(`
      select case ev_class when 'pipeline.raw_events'::regclass then 'the rule ' || rulename
                           else 'the view ' || ev_class::regclass end as name
      from pg_depend join pg_rewrite on pg_rewrite.oid = objid and classid = 'pg_rewrite'::regclass
      where refobjid = 'pipeline.raw_events'::regclass and ev_class not in (select oid from (${carriedViews}) as carried)
      union select 'the policy ' || polname from pg_policy where polrelid = 'pipeline.raw_events'::regclass
      union select 'row-level security' from pg_class where oid = 'pipeline.raw_events'::regclass and relrowsecurity
      union select 'the function ' || objid::regprocedure
            from pg_depend where classid = 'pg_proc'::regclass
              and refobjid in ('pipeline.raw_events'::regclass, 'pipeline.raw_events'::regtype)
      union select 'the trigger ' || tgname from pg_trigger
            where tgrelid = 'pipeline.raw_events'::regclass and not tgisinternal and tgname <> 'count_rollups'
      union select 'the publication ' || pubname from pg_publication_rel join pg_publication on pg_publication.oid = prpubid
            where prrelid = 'pipeline.raw_events'::regclass
      union select 'the foreign key ' || conname from pg_constraint where confrelid = 'pipeline.raw_events'::regclass
      union select 'rights on the column ' || attname from pg_attribute
            where attrelid = 'pipeline.raw_events'::regclass and attacl is not null
      order by 1`),
  );
  return found.map(({ name }) => name);
}

/**
 * The views that can read another table which takes the name of `raw_events`: a view keeps its table, even if
 * that is renamed, until it is replaced by its own definition. What depends on it, rights and comments stay. Not
 * views with a column of the table's row type, which would change, nor views of other owners.
 */
export const carriedViews = `
  select oid, reloptions from pg_class as view
  where relkind = 'v' and pg_has_role(relowner, 'USAGE')
    and oid in (select ev_class from pg_rewrite join pg_depend on objid = pg_rewrite.oid
                where classid = 'pg_rewrite'::regclass and refobjid = 'pipeline.raw_events'::regclass)
    and not exists (select from pg_attribute join pg_type on pg_type.oid = atttypid where attrelid = view.oid
                    and 'pipeline.raw_events'::regtype in (pg_type.oid, typelem))`;

/**
 * A block that runs statements which give the name `raw_events` to another table, and then replaces the views
 * by their definitions. Locks the views first, because their readers do. Without a `search_path`, a definition
 * names every schema.
 * @param condition without which nothing is done
 */
export function carryViewsText(condition: string, statements: string): string {
  return `do $carry$ declare
      path constant text := current_setting('search_path');
      definitions text[];
      statement text;
    begin
      if not (${condition}) then return; end if;
      perform set_config('search_path', '', true);
      for statement in
        select format('lock table %s in access exclusive mode', oid::regclass) from (${carriedViews}) as view
      loop execute statement; end loop;
      lock table pipeline.raw_events in access exclusive mode;
      definitions := array(
        select format('create or replace view %s %s as %s', oid::regclass,
                      'with (' || array_to_string(reloptions, ', ') || ')', pg_get_viewdef(oid))
        from (${carriedViews}) as view);
      ${statements}
      foreach statement in array definitions loop execute statement; end loop;
      perform set_config('search_path', path, true);
    end $carry$`;
}

import type { Database } from '@pipeline/db';

/** A table or a view, as Postgres's catalogs describe it. */
export interface Relation {
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly comment: string | null;
  /** What each role of the pipeline but the owner may do, such as `SELECT, UPDATE (status)`. */
  readonly rights: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly comment: string | null;
}

/** Reads the tables and views of the schema `public`, tables first, by name. */
export async function readCatalog(database: Database): Promise<readonly Relation[]> {
  return await database.run(
    (sql) => sql<Relation[]>`
      select relname as name, case relkind when 'v' then 'view' else 'table' end as kind,
             obj_description(oid, 'pg_class') as comment,
             (select coalesce(jsonb_object_agg(role, rights order by role), '{}') from (
                select role, string_agg(privilege, ', ' order by privilege) as rights from (
                  select grantee::regrole::text as role, privilege_type as privilege from aclexplode(relacl)
                  union all
                  select grantee::regrole::text, privilege_type || ' (' || string_agg(attname, ', ' order by attnum) || ')'
                  from pg_attribute, aclexplode(attacl) where attrelid = pg_class.oid group by 1, privilege_type
                ) as granted
                where role in ('pipeline_writer', 'pipeline_reader', 'pipeline_operator') group by role
              ) as roles) as rights,
             (select jsonb_agg(jsonb_build_object('name', attname, 'type', format_type(atttypid, atttypmod),
                                                  'nullable', not attnotnull,
                                                  'comment', col_description(attrelid, attnum)) order by attnum)
              from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped) as columns
      from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')
      order by kind, name`,
  );
}

-- Group roles without login, which an operator grants to login roles (docs/secure.md, "Rights"): pipeline_owner
-- and so on for the schema public, pipeline_SCHEMA_owner for another one. Roles are shared by all databases of a
-- cluster. If the migrating user lacks CREATEROLE, the migration succeeds without creating them: an administrator
-- creates them, and the owner of the tables calls grant_to_roles() (0024_schemas.sql).

do $$
declare
  prefix text :=
    case current_schema() when 'public' then 'pipeline_' else format('pipeline_%s_', current_schema()) end;
  role_name text;
begin
  for role_name in select prefix || kind from unnest(array['owner', 'writer', 'reader', 'operator']) as kind loop
    begin
      if to_regrole(quote_ident(role_name)) is null then
        execute format('create role %I nologin', role_name);
      end if;
    exception
      when insufficient_privilege then raise notice 'role % was not created: %', role_name, sqlerrm;
      -- A concurrent migration of another database has created it.
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$$;

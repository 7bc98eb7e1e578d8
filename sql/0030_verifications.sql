-- The results of "stats verify", because a job that has ended cannot be scraped. The latest is shown by stats and
-- the page, and exported as a metric. Its users may add a result, but neither date, change nor remove one.
create table verifications (
  verification_id bigint generated always as identity primary key,
  verified_at timestamptz not null default clock_timestamp(),
  events bigint not null check (events >= 0),
  differences bigint not null check (differences >= 0)
);

comment on table verifications is 'Results of "stats verify"; the latest has the greatest id';
comment on column verifications.verification_id is 'Identifies the result; later ones have greater ids';
comment on column verifications.verified_at is 'When the tables had been compared';
comment on column verifications.events is 'Number of rows in raw_events at that time';
comment on column verifications.differences is 'Number of differences that were found';

-- Adds to what grant_to_roles() grants, and keeps what earlier migrations have added.
do $$
declare
  former constant text := pg_get_functiondef('grant_to_roles()'::regprocedure);
  with_table constant text := replace(former, '''view_definitions''', '''view_definitions'', ''verifications''');
  with_rights constant text := replace(
    with_table, '(''operator'', ''insert on dlq_actions''),',
    '(''operator'', ''insert on dlq_actions''),
      -- The result of "stats verify".
      (''reader'', ''insert (events, differences) on verifications''),
      (''operator'', ''insert (events, differences) on verifications''),');
begin
  if with_table = former or with_rights = with_table then
    raise exception 'grant_to_roles() has another form than expected';
  end if;
  execute with_rights;
end
$$;

select grant_to_roles();

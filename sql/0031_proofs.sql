-- The receipts of "stats prove". Operators may add a receipt, but neither date, change nor remove one. Readers may
-- not: users with that role, such as analysts, change nothing.
create table proofs (
  proof_id    bigint      not null generated always as identity primary key,
  started_at  timestamptz not null,
  proven_at   timestamptz not null default clock_timestamp(),
  records     bigint      not null check (records >= 0),
  differences bigint      not null check (differences >= 0),
  receipt     jsonb       not null
);

comment on table proofs is
  'Receipts of "stats prove", which compares the records of the topics with the tables; the latest has the greatest id';
comment on column proofs.proof_id is 'Identifies the proof; later ones have greater ids';
comment on column proofs.started_at is 'When the range was chosen: everything that the ledger accounted for then';
comment on column proofs.proven_at is 'When the last record had been compared';
comment on column proofs.records is 'Number of records that were read';
comment on column proofs.differences is
  'Records that are missing or stored differently, and rows that no record accounts for';
comment on column proofs.receipt is
  'What "stats prove --json" prints: ranges, counts and a digest by partition, and the first differences';

-- Adds to what grant_to_roles() grants, and keeps what earlier migrations have added.
do $$
declare
  former constant text := pg_get_functiondef('grant_to_roles()'::regprocedure);
  with_table constant text := replace(former, '''view_definitions''', '''view_definitions'', ''proofs''');
  with_rights constant text := replace(
    with_table, '(''operator'', ''insert on dlq_actions''),',
    '(''operator'', ''insert on dlq_actions''),
      -- The receipt of "stats prove".
      (''operator'', ''insert (started_at, records, differences, receipt) on proofs''),');
begin
  if with_table = former or with_rights = with_table then
    raise exception 'grant_to_roles() has another form than expected';
  end if;
  execute with_rights;
end
$$;

select grant_to_roles();

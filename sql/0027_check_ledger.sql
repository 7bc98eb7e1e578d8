-- Locks a partition's ledger, and fails if it is not as its consumer last saw it. The first statement of a
-- message that writes a batch: a message cannot branch, but an error ends it. No other error has the SQLSTATE
-- LG001; its detail is the ledger as JSON, with nulls if there is none. The caller's rights apply.
create function check_ledger(
  ledger_topic text, ledger_partition int, expected_offset bigint, expected_resets int
) returns void language plpgsql set search_path from current as $$
declare
  ledger record;
begin
  select next_offset, resets, log_tail into ledger from ingest_progress
  where topic = ledger_topic and partition = ledger_partition for update;
  if (ledger.next_offset, ledger.resets) is distinct from (expected_offset, expected_resets) then
    raise exception using
      errcode = 'LG001',
      message = format('the ledger of %s/%s is not as expected', ledger_topic, ledger_partition),
      detail = json_build_object(
        'nextOffset', ledger.next_offset::text, 'resets', ledger.resets, 'tail', ledger.log_tail);
  end if;
end
$$;

revoke execute on function check_ledger from public;
comment on function check_ledger is 'Locks the ledger of a partition, and fails if it is not as expected';

-- Without the schemas of other users, which psql has in its search_path.
do $$
begin
  execute format('alter function check_ledger set search_path = %I, pg_temp', current_schema());
end
$$;

select grant_to_roles();

-- Locks a partition's ledger, and fails if it is not as its consumer last saw it. The first statement of a message
-- that writes a batch: a message cannot branch, but an error ends it. SQLSTATE LG001 is no other error's; its detail
-- has the ledger as JSON, with nulls if there is none. The caller's rights apply.
create function check_ledger(ledger_topic text, ledger_partition int, expected_offset bigint, expected_resets int)
returns void language plpgsql set search_path from current as $$
declare
  ledger record;
begin
  select next_offset, resets, log_tail into ledger from ingest_progress
  where topic = ledger_topic and partition = ledger_partition for update;
  if (ledger.next_offset, ledger.resets) is distinct from (expected_offset, expected_resets) then
    raise exception using
      errcode = 'LG001',
      message = format('the ledger of %s/%s is not at offset %s', ledger_topic, ledger_partition, expected_offset),
      detail = json_build_object('nextOffset', ledger.next_offset::text, 'resets', ledger.resets, 'tail', ledger.log_tail);
  end if;
end
$$;

revoke execute on function check_ledger(text, int, bigint, int) from public;

-- Without the schemas of other users, which psql has in its search_path.
do $$
begin
  execute format('alter function check_ledger(text, int, bigint, int) set search_path = %I, pg_temp', current_schema());
end
$$;

select grant_to_roles();

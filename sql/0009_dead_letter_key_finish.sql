-- Drops the former key of dlq_events. Consumers of the version before 0008_dead_letter_key.sql need it.
do $$
declare
  former_key name;
begin
  select conname into strict former_key from pg_constraint
  where conrelid = 'dlq_events'::regclass and contype = 'u' and array_length(conkey, 1) = 4;
  execute format('alter table dlq_events drop constraint %I', former_key);
end
$$;

/** The tables before whose rows a statement can be stopped. */
const tables = [
  'raw_events',
  'agg_events_minute',
  'dlq_events',
  'agg_dead_letters',
  'ingest_progress',
  'rollup_values',
] as const;
type LatchedTable = (typeof tables)[number];

/**
 * A point inside a statement: before it writes a certain row. `key` is the last byte of an event's id, the minute
 * of an aggregate, the offset of a dead letter, the partition of a ledger, the number of a roll-up's key; 0 for counts of dead letters.
 */
export interface Point {
  readonly table: LatchedTable;
  readonly key: number;
}

const KEYS = 1_000;

/** The second key of the advisory lock that stands for a point; the first is the session. */
export function latchKey({ table, key }: Point): number {
  return tables.indexOf(table) * KEYS + key;
}

const keyOfRow: Readonly<Record<LatchedTable, (row: string) => string>> = {
  raw_events: (row) => `('x' || right(${row}.event_id::text, 2))::bit(8)::int`,
  agg_events_minute: (row) => `extract(minute from ${row}.minute at time zone 'UTC')::int`,
  dlq_events: (row) => `${row}.source_offset::int`,
  agg_dead_letters: () => '0',
  ingest_progress: (row) => `${row}.partition`,
  rollup_values: (row) => `${row}.key_id`,
};

/**
 * Creates the triggers that make a session wait at the points whose advisory locks another session holds. A
 * statement that has passed a point holds no lock of it.
 */
export function latchText(): string {
  return tables
    .map((table, index) => {
      const key = `${index * KEYS} + ${keyOfRow[table]('changed')}`;
      return `
      create or replace function latch_${table}() returns trigger language plpgsql as $$
      declare
        session int := nullif(current_setting('permutations.session', true), '');
        changed record := case tg_op when 'DELETE' then old else new end;
      begin
        if session is not null then
          perform pg_advisory_lock_shared(session, ${key});
          perform pg_advisory_unlock_shared(session, ${key});
        end if;
        return case tg_op when 'DELETE' then old else new end;
      end $$;
      create or replace trigger latch before insert or update or delete on ${table}
        for each row execute function latch_${table}();`;
    })
    .join('');
}

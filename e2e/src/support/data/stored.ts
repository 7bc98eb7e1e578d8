import type { Database } from '@pipeline/db';
import type { Sent } from './raw-input.ts';

/**
 * Events that are missing, stored differently than sent, or never sent. Payloads are compared as text after
 * Postgres has parsed both, so that 1.0 differs from 1.
 */
export async function findStoredDifferently(
  database: Database,
  sent: readonly Sent[],
): Promise<readonly string[]> {
  const rows = await database.run(
    (sql) => sql<{ name: string | null; id: string }[]>`
      with sent as (
        select event->>'name' as name,
               (event->>'event_id')::uuid as event_id, event->>'event_type' as event_type,
               (event->>'event_time')::timestamptz as event_time, event->>'user_id' as user_id,
               (event->>'payload')::jsonb as payload
        from json_array_elements(${JSON.stringify(sent.map(toColumns))}::text::json) as event
      )
      select sent.name, event_id as id from sent full join pipeline.raw_events as stored using (event_id)
      where (sent.event_type, sent.event_time, sent.user_id, sent.payload::text)
            is distinct from (stored.event_type, stored.event_time, stored.user_id, stored.payload::text)`,
  );
  return rows.map(({ name, id }) => name ?? `never sent: ${id}`);
}

/** The columns of a record by `JSON.parse`, except for the payload, whose text is kept. */
function toColumns({ name, record, payloadJson }: Sent) {
  return { ...JSON.parse(String(record.value)), payload: payloadJson, name };
}

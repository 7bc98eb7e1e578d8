import type { migrateRollups } from '@pipeline/db';

type Rollup = Parameters<typeof migrateRollups>[1][number];

/** A roll-up of the number in an event, by minute; with a key, there are more keys than are kept. */
function rollupOf(name: string, aggregate: Rollup['aggregate'], key: readonly string[] = []): Rollup {
  return {
    eventType: 'view',
    name,
    aggregate,
    member: aggregate === 'count' ? null : ['n'],
    dimensions: key.map((member) => ({ name: member, path: [member] })),
    bucketMinutes: 1,
    keyLimit: 2,
    viewName: `rollup_view_${name}`,
  };
}

/** A roll-up of each kind. */
export const rollups: readonly Rollup[] = [
  rollupOf('views', 'count', ['k']),
  rollupOf('total', 'sum'),
  rollupOf('lowest', 'min'),
  rollupOf('highest', 'max'),
];

/** One more, which a migration adds. */
export const moreRollups: readonly Rollup[] = [...rollups, rollupOf('more', 'sum')];

/** The payload of an event: its number, and a key that several of them have. */
export function payloadJson(event: number): string {
  return JSON.stringify({ n: event, k: event < 10 ? 'a' : 'bcd'[event % 3] });
}

/** What the values of the active roll-ups must be, without the functions that maintain them. */
const recountText = `
  select active.rollup_id, date_trunc('minute', event_time, 'UTC') as bucket, coalesce(key_id, 0) as key_id,
         case aggregate when 'sum' then sum(n) when 'min' then min(n) when 'max' then max(n) end as value,
         count(*) as event_count
  from raw_events cross join lateral (select (payload ->> 'n')::numeric) as numbers (n)
  cross join (select * from rollups where status = 'active') as active
  left join rollup_keys on rollup_keys.rollup_id = active.rollup_id
    and key = case dimensions when '[]' then '{}' else array[payload ->> 'k'] end
  group by active.rollup_id, aggregate, bucket, key_id`;

/** Fills the roll-ups for events of one key. */
export const fillText = `
  insert into rollup_keys (rollup_id, key_id, key)
  select rollup_id, 1, case dimensions when '[]' then '{}' else array['a'] end from rollups;
  insert into rollup_values (rollup_id, bucket, key_id, value, event_count, left_out)
  select *, 0 from (${recountText}) as expected;`;

/** The values that are not what they must be. */
export const wrongRollupsText = `
  select concat_ws(' ', 'the roll-up', name, 'has', coalesce(found.value, 0), 'of', coalesce(found.event_count, 0),
                   'events, not', coalesce(expected.value, 0), 'of', coalesce(expected.event_count, 0))
  from (${recountText}) as expected
  full join (select * from rollup_values where rollup_id in (select rollup_id from rollups where status = 'active'))
    as found using (rollup_id, bucket, key_id)
  join rollups using (rollup_id)
  where (expected.value, expected.event_count) is distinct from (found.value, found.event_count) or left_out <> 0`;

/** The values by name and key, as JSON. */
export const rollupsText = `
  select json_agg(concat_ws(' ', name, extract(minute from bucket), coalesce(key::text, 'other'), value, event_count)
                  order by name, bucket, key)
  from rollup_values join rollups using (rollup_id) left join rollup_keys using (rollup_id, key_id)`;

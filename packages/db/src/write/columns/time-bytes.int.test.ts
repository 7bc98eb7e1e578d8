import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { minuteText } from '../../minute-text.ts';
import { anyTime } from '../../testing/any-time.ts';
import { batchOf, row } from '../../testing/batches.ts';
import { createFreshDatabase } from '../../testing/fresh-database.ts';
import { createWriter } from '../writer.ts';

const edges = [
  ...['0001-01-01T00:00:00+15:59', '9999-12-31T23:59:59.9999999-15:59', '2000-02-29T00:00:00.000001Z'],
  ...['1969-12-31T23:59:59.9999995Z', '2255-06-05T23:47:34.740993Z', '2400-02-29t12:00:00z'],
];

test.each([
  ['COPY', 1],
  ['a statement', Number.POSITIVE_INFINITY],
])('%s stores any time as Postgres reads its text, and counts it in its minute', async (_, copyMinEvents) => {
  await using fresh = await createFreshDatabase(inject('postgresUrl'));
  const writer = createWriter(fresh.database, (statement) => statement(), { copyMinEvents });
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  const times = [...edges, ...fc.sample(anyTime, 3_000)];
  const rows = times.map((eventTime, at) => row(at, { eventTime, payloadJson: JSON.stringify(eventTime) }));
  await writer.write(batchOf(rows));
  const [found] = await fresh.database.run(
    (sql) => sql<{ rows: number; wrong: number; miscounted: number }[]>`
      select count(*)::int as rows,
             count(*) filter (where event_time is distinct from (payload #>> '{}')::timestamptz)::int as wrong,
             (select count(*)::int from (
               select ${sql.unsafe(minuteText('event_time'))} as minute, count(*) as event_count from pipeline.raw_events group by 1
             ) as counted full join pipeline.agg_events_minute as total using (minute)
              where counted.event_count is distinct from total.event_count) as miscounted
      from pipeline.raw_events`,
  );
  expect(found).toEqual({ rows: times.length, wrong: 0, miscounted: 0 });
});

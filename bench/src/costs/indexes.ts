import type { Section } from '../report.ts';
import type { BenchServers, Tables } from '../servers.ts';
import { compareCosts } from './compare-costs.ts';

/** The indexes that `docs/tables.md` suggests, as they are written there. */
export const indexes: readonly string[] = [
  'create index on raw_events using brin (event_time)',
  'create index on raw_events using brin (ingested_at)',
  "create index on raw_events ((payload ->> 'order_id')) where event_type = 'purchase'",
  'create index on raw_events (event_time)',
  'create index on raw_events (event_type, event_time)',
  'create index on raw_events (user_id, event_time)',
  'create index on raw_events using gin (payload jsonb_path_ops)',
];

/** Measures what each index costs at write. */
export async function measureIndexes(servers: BenchServers): Promise<Section> {
  const changes = indexes.map((index) => ({
    name: `\`${index}\``,
    apply: ({ database }: Tables) => database.run((sql) => sql.unsafe(index)),
  }));
  const costs = await compareCosts(servers, 'indexes', changes);
  return {
    title: 'Indexes: what one costs at write',
    summary: [],
    columns: ['', 'events/s, of none', 'CPU of Postgres, of none', 'size, of the table'],
    rows: costs.map(({ name, rate, postgres, sizeShare }) => [name, rate, postgres, sizeShare]),
    remarks: [
      'Medians of the rounds, without startup; ratios compare with the runs without index of the round.',
    ],
  };
}

import { migrateRollups } from '@pipeline/db';
import { count, deriveRollups, shopEvents, sum } from '@pipeline/schema';
import { settingsFor } from '@pipeline/testing';
import type { Section } from '../report.ts';
import type { BenchServers, Tables } from '../servers.ts';
import { compareCosts } from './compare-costs.ts';

const revenue = sum('/amount').by('/currency').per('1 hour');

/** Roll-ups of the built-in types, by type and name. */
const sets = {
  'the built-in one': { purchase: { revenue } },
  'two of one type': { purchase: { revenue, orders: count().per('1 day') } },
  'two, one of them with many keys': {
    purchase: { revenue },
    page_view: { views: count().by('/path').per('1 minute') },
  },
} as const;

/** Measures what roll-ups cost at write. */
export async function measureRollups(servers: BenchServers): Promise<Section> {
  const changes = Object.entries(sets).map(([name, rollups]) => ({
    name,
    apply: ({ url }: Tables) => migrateRollups(settingsFor(url), deriveRollups({ ...shopEvents, rollups })),
  }));
  const costs = await compareCosts(servers, 'roll-ups', changes);
  return {
    title: 'Roll-ups: what they cost at write',
    summary: [],
    columns: ['', 'events/s, of none', 'CPU of Postgres, of none'],
    rows: costs.map(({ name, rate, postgres }) => [name, rate, postgres]),
    remarks: ['Medians of the rounds, without startup; ratios compare with the runs without roll-ups.'],
  };
}

export { type Comparison, compareTables } from './maintenance/compare-tables.ts';
export { type Partitioned, partitionEvents } from './maintenance/partition.ts';
export { countPurgeable, type Purged, type PurgeOptions, purge } from './maintenance/purge.ts';
export { type Rebuilt, rebuildAggregates } from './maintenance/rebuild-aggregates.ts';
export type { RecountOptions } from './maintenance/recount.ts';

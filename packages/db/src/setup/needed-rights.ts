/** The roles of a pipeline, without the prefix of its schema. */
type RoleKind = 'owner' | 'writer' | 'reader' | 'operator';

/** A right of a role on a table or a function, at least on some of its columns. */
export interface NeededRight {
  readonly kind: RoleKind;
  readonly privilege: 'select' | 'insert' | 'update' | 'delete' | 'execute';
  readonly object: string;
}

const readable = [
  ...['raw_events', 'agg_events_minute', 'dlq_events', 'agg_dead_letters', 'dlq_actions', 'ingest_progress'],
  ...['stats_samples', 'purges', 'purged_rows', 'schema_migrations', 'paused_partitions', 'verifications'],
  ...['rollups', 'rollup_keys', 'rollup_values', 'proofs'],
];

const rights: readonly (readonly [RoleKind, NeededRight['privilege'], readonly string[]])[] = [
  ['writer', 'select', ['raw_events', 'dlq_events', 'agg_events_minute', 'ingest_progress']],
  ['writer', 'insert', ['raw_events', 'dlq_events', 'agg_events_minute', 'ingest_progress']],
  ['writer', 'update', ['agg_events_minute', 'ingest_progress']],
  ['writer', 'select', ['paused_partitions', 'purges']],
  ['writer', 'execute', ['check_ledger']],
  ['reader', 'select', readable],
  ['reader', 'insert', ['verifications']],
  ['operator', 'select', readable],
  ['operator', 'insert', ['dlq_actions', 'stats_samples', 'paused_partitions', 'verifications', 'proofs']],
  ['operator', 'update', ['dlq_events']],
  ['operator', 'delete', ['stats_samples', 'paused_partitions']],
];

/** The rights without which the programs of a role fail; `grant_to_roles()` grants them. */
export const neededRights: readonly NeededRight[] = rights.flatMap(([kind, privilege, objects]) =>
  objects.map((object) => ({ kind, privilege, object })),
);

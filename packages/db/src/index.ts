export {
  type ConnectOptions,
  connectDatabase,
  type Database,
  databaseUserError,
  type Sql,
  toUserError,
} from './client/connect.ts';
export { codeOf, describeError, type ErrorKind, errorKind, isTransientError } from './client/errors.ts';
export { type DatabaseUrl, databaseSettings, parseDatabaseUrl } from './client/settings.ts';
export { type WaitOptions, waitForPostgres } from './client/wait-for-postgres.ts';
export {
  type DeadLetter,
  headersFromJson,
  type SourceHeaders,
  type SourceRecord,
} from './dead-letters/dead-letter.ts';
export {
  countDeadLetters,
  type DeadLetterAction,
  type DeadLetterSummary,
  listStoredDeadLetters,
  newestDeadLetterId,
  readActions,
  readAncestors,
  readDeadLetters,
  type StoredDeadLetter,
} from './dead-letters/dead-letters.ts';
export { type DeadLetterFilter, type DeadLetterStatus, deadLetterStatuses } from './dead-letters/filter.ts';
export {
  type NewPlace,
  openRedriveQueue,
  type RedriveOutcome,
  type RedriveQueue,
  type SendDeadLetter,
} from './dead-letters/queue.ts';
export { discardDeadLetters } from './dead-letters/resolve.ts';
export { type Comparison, compareTables } from './maintenance/compare-tables.ts';
export { type Partitioned, partitionEvents } from './maintenance/partition.ts';
export { countPurgeable, type Purged, type PurgeOptions, purge } from './maintenance/purge.ts';
export { type Rebuilt, rebuildAggregates } from './maintenance/rebuild-aggregates.ts';
export type { RecountOptions } from './maintenance/recount.ts';
export { type Migration, migrate, migrationsFolder, readMigrations } from './migrate.ts';
export type { DeadLetterGroup } from './read/dead-letter-groups.ts';
export { type LedgerPosition, readLedger } from './read/ledger.ts';
export { type MinuteCount, readMinutes } from './read/minutes.ts';
export { type Newest, type NewestEvent, readNewest } from './read/newest-events.ts';
export { type Overview, readOverview } from './read/overview.ts';
export {
  keepSample,
  type Latency,
  type PipelineName,
  readSamples,
  SLOT_SECONDS,
  type StatsSample,
  type StepSample,
} from './read/samples.ts';
export type { Totals } from './read/totals.ts';
export { type Batch, recordCount } from './write/batch.ts';
export { type EventRow, EventRows } from './write/event-rows.ts';
export { createWriter, LedgerMissingError, type Persist, type Writer, type Written } from './write/writer.ts';

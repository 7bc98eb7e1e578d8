export { type Batch, recordCount } from './batch.ts';
export {
  type ConnectOptions,
  connectDatabase,
  type Database,
  databaseUserError,
  type Sql,
  toUserError,
} from './connect.ts';
export { type DeadLetter, headersFromJson, type SourceHeaders, type SourceRecord } from './dead-letter.ts';
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
export { codeOf, describeError, type ErrorKind, errorKind, isTransientError } from './errors.ts';
export { type EventRow, EventRows } from './event-rows.ts';
export {
  keepSample,
  type Latency,
  type PipelineName,
  readSamples,
  SLOT_SECONDS,
  type StatsSample,
  type StepSample,
} from './history/samples.ts';
export { type Partitioned, partitionEvents } from './maintenance/partition.ts';
export { countPurgeable, type Purged, type PurgeOptions, purge } from './maintenance/purge.ts';
export { type Migration, migrate, migrationsFolder, readMigrations } from './migrate.ts';
export type { DeadLetterGroup } from './readers/dead-letter-groups.ts';
export { type LedgerPosition, readLedger } from './readers/ledger.ts';
export { type MinuteCount, readMinutes } from './readers/minutes.ts';
export { type Newest, type NewestEvent, readNewest } from './readers/newest-events.ts';
export { type Overview, readOverview } from './readers/overview.ts';
export type { Totals } from './readers/totals.ts';
export { type DatabaseUrl, databaseSettings, parseDatabaseUrl } from './settings.ts';
export { type Comparison, compareTables } from './verification/compare-tables.ts';
export { type Rebuilt, rebuildAggregates } from './verification/rebuild-aggregates.ts';
export type { RecountOptions } from './verification/recount.ts';
export { type WaitOptions, waitForPostgres } from './wait-for-postgres.ts';
export { createWriter, LedgerMissingError, type Persist, type Writer, type Written } from './writer.ts';

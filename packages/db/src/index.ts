export { connectDatabase, type Database, type Sql } from './client/connect.ts';
export { type DatabaseUrl, parseDatabaseUrl } from './client/database-url.ts';
export {
  codeOf,
  describeError,
  isTransientError,
  postgresErrors,
  toUserError,
} from './client/errors.ts';
export { databaseSettings, writerSettings } from './client/settings.ts';
export type { DeadLetter, SourceHeaders, SourceRecord } from './dead-letters/dead-letter.ts';
export { migrate } from './migrate.ts';
export {
  type PausedPartition,
  type PauseResult,
  pausePartitions,
  readPauses,
  resumePartitions,
} from './pauses/pauses.ts';
export { findMissing } from './replay/find-missing.ts';
export { type ReplayLedger, readReplayLedgers } from './replay/replay-ledgers.ts';
export { type Restored, storeMissing } from './replay/store-missing.ts';
export { migrateRollups } from './rollups/migrate-rollups.ts';
export { migrateViews } from './views/migrate-views.ts';
export { type Batch, recordCount } from './write/batch.ts';
export { acceptCluster } from './write/cluster.ts';
export type { ConflictHandling } from './write/conflicts.ts';
export { type EventRow, EventRows } from './write/event-rows.ts';
export { findInvalidRows } from './write/find-invalid-rows.ts';
export { DEFAULT_COPY_MIN_EVENTS } from './write/insert-form.ts';
export type { Refusal } from './write/isolate.ts';
export { hashRecord } from './write/log-tail.ts';
export { LedgerMissingError } from './write/statements.ts';
export { createWriter, type Persist, type Writer, type WriterOptions, type Written } from './write/writer.ts';

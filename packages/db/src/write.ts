/** The write path in parts, for the model and the simulation; inside the workspace only. */
export { type Batch, recordCount } from './write/batch.ts';
export { type ConflictHandling, ConflictingEventError, UnseenDuplicateError } from './write/conflicts.ts';
export { EventRows } from './write/event-rows.ts';
export { BUILT_IN_IDENTITY } from './write/identity.ts';
export { type InsertForm, InsertForms } from './write/insert-form.ts';
export type { Refusal } from './write/isolate.ts';
export type { LedgerView, LogPartition, OpenedLedger, Rewind } from './write/ledger.ts';
export { cutTail, hashRecord, type LogTail, tailFromJson, tailToJson } from './write/log-tail.ts';
export { LedgerMissingError, type Statements, statementsOf } from './write/statements.ts';
export type { StatementResult } from './write/write-statement.ts';
export { LedgerWriter } from './write/writer.ts';

/** The write path in parts, for the model; inside the workspace only. */
export type { Batch } from './write/batch.ts';
export { EventRows } from './write/event-rows.ts';
export { type InsertForm, InsertForms } from './write/insert-form.ts';
export type { LedgerView } from './write/ledger.ts';
export { cutTail, hashRecord, type LogTail, tailFromJson, tailToJson } from './write/log-tail.ts';
export type { Statements } from './write/statements.ts';
export { LedgerWriter } from './write/writer.ts';

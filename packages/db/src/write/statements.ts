import type { Database } from '../client/connect.ts';
import type { Batch } from './batch.ts';
import { findDeadLettered } from './find-dead-lettered.ts';
import { findInvalidRows } from './find-invalid-rows.ts';
import type { InsertForm } from './insert-form.ts';
import type { Store } from './isolate.ts';
import {
  type LedgerView,
  type LogPartition,
  type OpenedLedger,
  openLedger,
  type Rewind,
  rewindLedger,
} from './ledger.ts';
import type { LogTail } from './log-tail.ts';
import { type StatementResult, writeStatement } from './write-statement.ts';

/** The statements of the write path, each a transaction of its own. */
export interface Statements {
  /** Opens a partition's ledger, at `startOffset` if it is new or belongs to a former topic of this name. */
  readonly open: (partition: LogPartition, startOffset: bigint) => Promise<OpenedLedger>;
  /** Sets a ledger back; false if another process has moved it. */
  readonly rewind: (partition: LogPartition, rewind: Rewind) => Promise<boolean>;
  /** Writes a batch if the ledger is as expected. `tail` is the log's after the batch; undefined for a replay. */
  readonly write: (
    batch: Batch,
    expected: LedgerView,
    form: InsertForm,
    tail: LogTail | undefined,
  ) => Promise<StatementResult>;
  readonly findDeadLettered: Store['findDeadLettered'];
  readonly findInvalidRows: Store['findInvalidRows'];
}

export function statementsOf(database: Database): Statements {
  return {
    open: (partition, startOffset) => openLedger(database, partition, startOffset),
    rewind: (partition, rewind) => rewindLedger(database, partition, rewind),
    async write(batch, expected, form, tail) {
      const [result] = await database.run((sql) => writeStatement(sql, batch, expected, form, tail));
      if (result === undefined || result.foundOffset === null) throw new LedgerMissingError(batch);
      return result;
    },
    findDeadLettered: (batch) => findDeadLettered(database, batch),
    findInvalidRows: (rows) => findInvalidRows(database, rows),
  };
}

/** The ledger row of an open partition no longer exists, for example because the table was truncated. */
export class LedgerMissingError extends Error {
  override readonly name = 'LedgerMissingError';

  constructor({ topic, partition }: Batch) {
    super(`ingest_progress has no row for ${topic}/${partition}`);
  }
}

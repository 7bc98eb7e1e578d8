import type { Database } from '../client/connect.ts';
import type { Batch } from './batch.ts';
import { type ConflictHandling, findConflicts } from './conflicts.ts';
import type { EventRows } from './event-rows.ts';
import { findDeadLettered } from './find-dead-lettered.ts';
import { findInvalidRows } from './find-invalid-rows.ts';
import { BUILT_IN_IDENTITY } from './identity.ts';
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
import { type Division, divideRows } from './message/divide-rows.ts';
import { writeMessage } from './message/write-message.ts';
import { type StatementResult, writeStatement } from './write-statement.ts';

/** The statements of the write path, each a transaction of its own. */
export interface Statements {
  /** Opens a partition's ledger, at `startOffset` if it is new or belongs to a former topic of this name. */
  readonly open: (partition: LogPartition, startOffset: bigint) => Promise<OpenedLedger>;
  /** Sets a ledger back; false if another process has moved it. */
  readonly rewind: (partition: LogPartition, rewind: Rewind) => Promise<boolean>;
  /**
   * Writes a batch if the ledger is as expected. `tail` is the log's after the batch; undefined for a replay.
   * Calls `onUndivided` before a statement writes a batch that was to be divided.
   * @throws UnseenDuplicateError, or a ConflictingEventError if conflicting events become dead letters
   */
  readonly write: (
    batch: Batch,
    expected: LedgerView,
    form: InsertForm,
    tail: LogTail | undefined,
    onUndivided?: () => void,
  ) => Promise<StatementResult>;
  readonly findDeadLettered: Store['findDeadLettered'];
  readonly findInvalidRows: Store['findInvalidRows'];
  /** The columns in which rows differ from the stored event with their id, or an earlier row, by index. */
  readonly findConflicts: (rows: EventRows) => Promise<ReadonlyMap<number, string>>;
}

export interface StatementOptions {
  /** The rule by which event ids are found, as JSON. Defaults to the built-in definition's. */
  readonly identity?: string;
  /** Defaults to `count`. */
  readonly conflicts?: ConflictHandling;
}

export function statementsOf(
  database: Database,
  { identity = BUILT_IN_IDENTITY, conflicts = 'count' }: StatementOptions = {},
): Statements {
  return {
    open: (partition, startOffset) => openLedger(database, partition, startOffset, identity),
    rewind: (partition, rewind) => rewindLedger(database, partition, rewind),
    async write(batch, expected, form, tail, onUndivided) {
      const division = await divisionOf(database, batch.rows, form);
      if (division === undefined && form === 'copy-new') onUndivided?.();
      const inserts = form === 'plain' ? form : 'tolerant';
      const result =
        division === undefined
          ? await writeStatement(database, batch, expected, inserts, tail, conflicts)
          : await writeMessage(database, batch, expected, tail, division);
      if (result === null) throw new LedgerMissingError(batch);
      return result;
    },
    findDeadLettered: (batch) => findDeadLettered(database, batch),
    findInvalidRows: (rows) => findInvalidRows(database, rows),
    findConflicts: (rows) => findConflicts(database, rows),
  };
}

/** How a message divides the rows; undefined if the batch is a statement. */
async function divisionOf(
  database: Database,
  rows: EventRows,
  form: InsertForm,
): Promise<Division | undefined> {
  if (form === 'copy') return { fresh: rows };
  return form === 'copy-new' ? await divideRows(database, rows) : undefined;
}

/** The ledger row of an open partition no longer exists, for example because the table was truncated. */
export class LedgerMissingError extends Error {
  override readonly name = 'LedgerMissingError';

  constructor({ topic, partition }: Batch) {
    super(`ingest_progress has no row for ${topic}/${partition}`);
  }
}

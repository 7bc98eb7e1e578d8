import type { Database } from '../client/connect.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import type { Batch } from '../write/batch.ts';
import { findInvalidRows } from '../write/find-invalid-rows.ts';
import { isDivisible, writeIsolating } from '../write/isolate.ts';
import { LedgerMissingError } from '../write/statements.ts';
import { limitTimeouts } from '../write/too-slow.ts';
import { type StatementResult, writeStatement } from '../write/write-statement.ts';
import { createTally, failureOf, ledgerBehind, ledgerReset, type Persist } from '../write/writer.ts';
import type { ReplayLedger } from './replay-ledgers.ts';

/** What a replay has stored. */
export interface Restored {
  /** Number of events by type. */
  readonly stored: ReadonlyMap<string, number>;
  /** Rows that Postgres rejected. No dead letters are stored. */
  readonly refused: readonly DeadLetter[];
}

/**
 * Stores events of records that the ledger accounts for, next to the consumer of their partition: rows, counts and
 * ledger in one transaction. `start_offset` is lowered by the number of stored events, so that all sums stay true.
 * Events that are stored by now are not stored again. Safe to repeat.
 * @throws UserError if the ledger was reset, or is behind the batch, and the driver's error
 */
export async function storeMissing(
  database: Database,
  persist: Persist,
  { resets }: Pick<ReplayLedger, 'resets'>,
  batch: Batch,
): Promise<Restored> {
  const tally = createTally();
  const write = async (part: Batch) => {
    const run = () => runStatement(database, part, resets);
    tally.add(await persist(isDivisible(part) ? limitTimeouts(run) : run));
  };
  const refused = await writeIsolating(batch, {
    tryWrite: async (part) => (part.rows.length === 0 ? undefined : await failureOf(() => write(part))),
    findDeadLettered: async () => new Map(),
    findInvalidRows: (rows) => persist(() => findInvalidRows(database, rows)),
    findConflicts: async () => new Map(),
    countRedrives: () => 0,
  });
  return { stored: tally.total().stored, refused };
}

async function runStatement(database: Database, batch: Batch, resets: number): Promise<StatementResult> {
  const { nextOffset } = batch;
  const expected = { nextOffset, resets, isAtLeast: true };
  const rowsOnly = { ...batch, deadLetters: [] };
  const result = await writeStatement(database, rowsOnly, expected, 'tolerant');
  if (result === null) throw new LedgerMissingError(batch);
  if (result.foundResets !== resets) throw ledgerReset(batch);
  if (result.foundOffset < nextOffset) throw ledgerBehind(batch, nextOffset, result.foundOffset);
  return result;
}

import {
  type Batch,
  type Database,
  type DeadLetter,
  type EventRow,
  type EventRows,
  findInvalidRows,
  findMissing,
  type Persist,
  type Refusal,
  type ReplayLedger,
  type Restored,
  storeMissing,
} from '@pipeline/db';
import { EventIds } from '@pipeline/program';
import { UserError } from '@pipeline/runtime';
import type { ReplayedRecords } from './report.ts';

/** Stores the missing events of a batch, or finds what would be stored. */
export type Store = (batch: Batch, ledger: ReplayLedger) => Promise<Restored>;

/** Stores missing events, each batch in one transaction. */
export function createStore(database: Database, persist: Persist): Store {
  return (batch, ledger) => storeMissing(database, persist, ledger, batch);
}

/**
 * Finds what would be stored, and remembers it: later records with the same ids are duplicates. Rows that violate
 * constraints of the table are not found, only those whose JSON Postgres cannot store. The result throws a UserError
 * if there are too many events to remember.
 */
export function createDryStore(database: Database, persist: Persist): Store {
  const ids = new EventIds();
  return async ({ rows }) => {
    const stored = new Map<string, number>();
    const refused: DeadLetter[] = [];
    const invalid = rows.length === 0 ? new Map() : await persist(() => findInvalidRows(database, rows));
    for (const [index, row] of [...rows].entries()) {
      const refusal = invalid.get(index);
      if (refusal !== undefined) refused.push(toRefused(row, refusal));
      else if (isNew(ids, row)) stored.set(row.eventType, (stored.get(row.eventType) ?? 0) + 1);
    }
    return { stored, refused };
  };
}

function isNew(ids: EventIds, { eventId }: EventRow): boolean {
  const isAdded = ids.add(eventId);
  if (isAdded !== undefined) return isAdded;
  throw new UserError(
    'too many events would be stored: their ids must be remembered',
    'choose fewer records',
  );
}

function toRefused({ record, eventType }: EventRow, { message, sqlstate }: Refusal): DeadLetter {
  return { record, eventType, reason: 'refused_by_database', detail: message, sqlstate, redriveCount: 0 };
}

/** How a batch is judged. */
export interface JudgeParts {
  readonly database: Database;
  readonly persist: Persist;
  /** Whether events that a purge may have removed are stored again. */
  readonly withPurged: boolean;
  readonly store: Store;
}

/**
 * Stores the events of a batch that are missing. Rejected records are only counted: they are dead letters already,
 * or were stored by another definition.
 * @param records number of records, those that are no events included
 */
export async function judge(
  { database, persist, withPurged, store }: JudgeParts,
  ledger: ReplayLedger,
  batch: Batch,
  records: number,
): Promise<ReplayedRecords> {
  const { topic, partition, rows, deadLetters } = batch;
  const missing = await persist(() => findMissing(database, rows));
  const chosen = missing.filter(({ isPurged }) => withPurged || !isPurged);
  const restored = await store({ ...batch, rows: pick(rows, chosen), deadLetters: [] }, ledger);
  return {
    ...{ topic, partition, records, stored: restored.stored },
    events: rows.length - restored.refused.length,
    purged: missing.length - chosen.length,
    rejected: [...deadLetters, ...restored.refused],
  };
}

function pick(rows: EventRows, chosen: readonly { readonly index: number }[]): EventRows {
  if (chosen.length === rows.length) return rows;
  return rows.pick(chosen.map(({ index }) => index).sort((a, b) => a - b));
}

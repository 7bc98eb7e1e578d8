import {
  type Batch,
  type Database,
  EventRows,
  findMissing,
  type Persist,
  type ReplayLedger,
  type Restored,
  storeMissing,
} from '@pipeline/db';
import { EventIds } from '@pipeline/program';
import type { ReplayedRecords } from './report.ts';

/** Stores the missing events of a batch, or finds what would be stored. */
export type Store = (batch: Batch, ledger: ReplayLedger) => Promise<Restored>;

/** Stores missing events, each batch in one transaction. */
export function createStore(database: Database, persist: Persist): Store {
  return (batch, ledger) => storeMissing(database, persist, ledger, batch);
}

/** Remembers the events that would be stored, so that later records with their ids count as duplicates. */
export function createDryStore(): Store {
  const ids = new EventIds();
  return async ({ rows }) => {
    const stored = new Map<string, number>();
    for (const { eventId, eventType } of rows)
      if (ids.add(eventId)) stored.set(eventType, (stored.get(eventType) ?? 0) + 1);
    return { stored, refused: [] };
  };
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
  const indexes = new Set(chosen.map(({ index }) => index));
  return EventRows.of(chosen.length === 0 ? [] : [...rows].filter((_, index) => indexes.has(index)));
}

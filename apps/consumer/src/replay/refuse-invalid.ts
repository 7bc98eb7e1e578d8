import { type Database, EventRows, findInvalidRows, type Persist, withoutValue } from '@pipeline/db';
import type { KafkaRecord } from '@pipeline/kafka';
import type { Decoding } from '@pipeline/program';
import { toRow } from '../triage.ts';

/**
 * Rejects the events whose JSON Postgres cannot store, as their write would. Constraints that users have added are
 * not checked.
 * @param records those that were decoded, in the same order
 * @throws the driver's error
 */
export async function refuseInvalid(
  database: Database,
  persist: Persist,
  records: readonly KafkaRecord[],
  decodings: readonly Decoding[],
): Promise<readonly Decoding[]> {
  const rows = new EventRows();
  const indexes = decodings.flatMap((decoding, index) => {
    const record = records[index];
    if (!decoding.ok || record === undefined) return [];
    rows.push(toRow(record, decoding));
    return [index];
  });
  if (rows.length === 0) return decodings;
  const found = await persist(() => findInvalidRows(database, rows));
  const refusals = new Map([...found].map(([row, { message }]) => [indexes[row], withoutValue(message)]));
  return decodings.map((decoding, index) => refuse(decoding, refusals.get(index)));
}

function refuse(decoding: Decoding, message: string | undefined): Decoding {
  if (!decoding.ok || message === undefined) return decoding;
  const eventType = decoding.event.event_type;
  return { ok: false, reason: 'refused_by_database', message, path: '', eventType };
}

import type { EventRow } from '@pipeline/db';
import type { InsertForm, Refusal } from '@pipeline/db/write';

const columns = ['event_type', 'event_time', 'user_id', 'payload'];

/** The columns that a conflict is decided by. */
export function contentOf({ eventType, eventTime, userId, payloadJson }: EventRow): string {
  return JSON.stringify([eventType, eventTime, userId, payloadJson]);
}

/** The names of the columns in which two contents differ. */
export function differencesOf(content: string, other: string): string {
  const [one, two]: readonly string[][] = [JSON.parse(content), JSON.parse(other)];
  return columns.filter((_, index) => one?.[index] !== two?.[index]).join(', ');
}

export const UNSUPPORTED_ESCAPE = '22P05';
const [CHECK_VIOLATION, UNIQUE_VIOLATION] = ['23514', '23505'];

/** Why Postgres refuses a row: jsonb cannot hold a null character, and a constraint forbids a user. */
export function refusalOf({ payloadJson, userId }: EventRow): Refusal | undefined {
  if (payloadJson.includes('\\u0000'))
    return { sqlstate: UNSUPPORTED_ESCAPE, message: 'unsupported Unicode escape sequence' };
  return userId === 'forbidden' ? { sqlstate: CHECK_VIOLATION, message: 'violates a check' } : undefined;
}

/** Whether a row fails as a duplicate: all but the fresh rows, in a form without another way to handle them. */
export function isDuplicateOf(fresh: readonly EventRow[], form: InsertForm): (row: EventRow) => boolean {
  const isExact = form === 'plain' || form === 'copy';
  const inserted = new Set(fresh);
  return (row) => isExact && !inserted.has(row);
}

/**
 * The SQLSTATE of the first row that fails. A message parses and checks the rows in their order, and adds them to the
 * index at the end. A statement parses all payloads, and then inserts row by row, in the order of the ids.
 */
export function failureOf(
  rows: readonly EventRow[],
  isDuplicate: (row: EventRow) => boolean,
  isMessage: boolean,
): string | undefined {
  const stateOf = (row: EventRow) => refusalOf(row)?.sqlstate;
  const stateOfDuplicate = (row: EventRow) => (isDuplicate(row) ? UNIQUE_VIOLATION : undefined);
  const sorted = rows.toSorted((a, b) => Number(a.eventId > b.eventId) - Number(a.eventId < b.eventId));
  const states = isMessage
    ? [...rows.map(stateOf), ...rows.map(stateOfDuplicate)]
    : [
        ...rows.map(stateOf).filter((state) => state === UNSUPPORTED_ESCAPE),
        ...sorted.map((row) => stateOf(row) ?? stateOfDuplicate(row)),
      ];
  return states.find((state) => state !== undefined);
}

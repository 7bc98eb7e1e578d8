import { codeOf } from '../../client/errors.ts';
import type { CopyRows } from '../event-rows.ts';
import { NOTHING_WRITTEN, type StatementResult } from '../write-statement.ts';

/** What the driver adds to an error of Postgres. */
interface PostgresError {
  readonly detail?: string;
}

/** Of `check_ledger` (`sql/0027_check_ledger.sql`): the ledger is not as expected. */
const LEDGER_MOVED = 'LG001';

/** The detail of that error. Without a ledger, its members are null. */
interface FoundLedger {
  readonly nextOffset: string | null;
  readonly resets: number;
  readonly tail: unknown;
}

/**
 * The result of a message that found another ledger than expected, and wrote nothing.
 * @returns null if the ledger is missing, undefined for other errors
 */
export function resultOfMoved(error: unknown): StatementResult | null | undefined {
  if (codeOf(error) !== LEDGER_MOVED) return undefined;
  const { nextOffset, resets, tail }: FoundLedger = JSON.parse((error as PostgresError).detail ?? '');
  return nextOffset === null
    ? null
    : { ...NOTHING_WRITTEN, foundOffset: BigInt(nextOffset), foundResets: resets, foundTail: tail };
}

/** `COPY raw_events, line 3, column payload`, or a translation of it, in any line of the context. */
const context = /^COPY raw_events[^\d"\n]*(\d+)/m;

/**
 * Replaces the context of COPY, in which Postgres quotes invalid JSON, with `recordOffset`, the offset of the record that it names.
 * It may be undefined, because Postgres translates the context.
 */
export function withoutContext(error: unknown, { records }: Pick<CopyRows, 'records'>): unknown {
  if (!(error instanceof Error && 'where' in error)) return error;
  const [, line] = context.exec(String(error.where)) ?? [];
  return Object.assign(error, { where: undefined, recordOffset: records[Number(line) - 1]?.offset });
}

/** The offset of the record that an error is about (`withoutContext`); undefined if it is unknown. */
export function recordOffsetOf(error: unknown): string | undefined {
  return (error as { readonly recordOffset?: string }).recordOffset;
}

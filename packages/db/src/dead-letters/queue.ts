import { type Settings, withDeadline } from '@pipeline/runtime';
import { openPool, type Sql } from '../connect.ts';
import type { databaseSettings } from '../settings.ts';
import {
  type DeadLetterRow,
  deadLetterColumns,
  type StoredDeadLetter,
  toStoredDeadLetter,
} from './dead-letters.ts';
import { type DeadLetterFilter, matches } from './filter.ts';

/** Where a redriven record stands now. */
export interface NewPlace {
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
}

/** What became of a letter: where it stands now, or why it stays open. */
export type RedriveOutcome =
  | { readonly letter: StoredDeadLetter; readonly place: NewPlace }
  | { readonly letter: StoredDeadLetter; readonly problem: string };

/** Sends a letter, and says what became of it. */
export type SendDeadLetter = (letter: StoredDeadLetter) => Promise<RedriveOutcome>;

/** Open letters to be redriven, of which each is given to one at a time, however many queues there are. */
export interface RedriveQueue extends AsyncDisposable {
  /**
   * Locks the next open letter that matches, the oldest first, passing over those that others have; has it sent, and
   * keeps what became of it in the same transaction. When this process dies, Postgres gives it back as it was.
   * @returns what became of it; undefined when no letter is left
   * @throws what `send` throws, or the driver's error: the letter is open, and may have been sent
   */
  take(filter: DeadLetterFilter, send: SendDeadLetter): Promise<RedriveOutcome | undefined>;
}

/** Kafka may take its time while the letter is locked. */
const SENDING_MS = 120_000;

/** Opens a queue with a connection of its own: a lock is its transaction's. `by` is kept as who did it. */
export function openRedriveQueue(settings: Settings<typeof databaseSettings>, by: string): RedriveQueue {
  const sql = openPool(settings, {
    applicationName: 'redrive',
    connections: 1,
    idleInTransactionMs: SENDING_MS,
  });
  return {
    take(filter, send) {
      // A transaction takes statements as a pool does; only its type is narrower.
      const taking = sql.begin('read write', (one) => takeNext(one as unknown as Sql, filter, send, by));
      return withDeadline(taking as Promise<RedriveOutcome | undefined>, SENDING_MS, 'redriving');
    },
    [Symbol.asyncDispose]: () => sql.end({ timeout: 2 }),
  };
}

async function takeNext(sql: Sql, filter: DeadLetterFilter, send: SendDeadLetter, by: string) {
  const letter = await lockNext(sql, filter);
  if (letter === undefined) return undefined;
  const outcome = await send(letter);
  await keepOutcome(sql, outcome, by);
  return outcome;
}

async function lockNext(sql: Sql, filter: DeadLetterFilter): Promise<StoredDeadLetter | undefined> {
  const [row] = await sql<DeadLetterRow[]>`
    select ${deadLetterColumns(sql)} from dlq_events
    where ${matches(sql, { ...filter, status: 'open' })} order by dlq_id limit 1 for update skip locked`;
  return row === undefined ? undefined : toStoredDeadLetter(row);
}

/** A letter that was sent is closed; either way there is a line in the audit. */
async function keepOutcome(sql: Sql, outcome: RedriveOutcome, by: string): Promise<void> {
  const { id } = outcome.letter;
  if ('problem' in outcome) {
    await sql`
      insert into dlq_actions (dlq_id, action, outcome, detail, done_by)
      values (${id}, 'redrive', 'failed', ${outcome.problem}, ${by})`;
    return;
  }
  const { partition, offset } = outcome.place;
  await sql`
    with resolved as (
      update dlq_events set status = 'redriven', resolved_at = now() where dlq_id = ${id} and status = 'open'
    )
    insert into dlq_actions (dlq_id, action, outcome, detail, new_partition, new_offset, done_by)
    values (${id}, 'redrive', 'done', ${`${partition}@${offset}`}, ${partition}, ${offset}, ${by})`;
}

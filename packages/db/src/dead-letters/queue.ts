import { type Settings, withDeadline } from '@pipeline/runtime';
import { openPool, type Sql } from '../connect.ts';
import type { databaseSettings } from '../settings.ts';
import { type LetterFilter, matches } from './filter.ts';
import { type Letter, letterColumns, type StoredLetter, toLetter } from './letters.ts';

/** Where a redriven record stands now. */
export interface NewPlace {
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
}

/** What became of a letter: where it stands now, or why it stays open. */
export type RedriveOutcome =
  | { readonly letter: Letter; readonly place: NewPlace }
  | { readonly letter: Letter; readonly problem: string };

/** Sends a letter, and says what became of it. */
export type SendLetter = (letter: Letter) => Promise<RedriveOutcome>;

/** Open letters to be redriven, of which each is given to one at a time, however many queues there are. */
export interface LetterQueue extends AsyncDisposable {
  /**
   * Locks the next open letter that matches, the oldest first, passing over those that others have; has it sent, and
   * keeps what became of it in the same transaction. When this process dies, Postgres gives it back as it was.
   * @returns what became of it; undefined when no letter is left
   * @throws what `send` throws, or the driver's error: the letter is open, and may have been sent
   */
  take(filter: LetterFilter, send: SendLetter): Promise<RedriveOutcome | undefined>;
}

/** Kafka may take its time while the letter is locked. */
const SENDING_MS = 120_000;

/** Opens a queue with a connection of its own: a lock is its transaction's. `by` is kept as who did it. */
export function openLetterQueue(settings: Settings<typeof databaseSettings>, by: string): LetterQueue {
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

async function takeNext(sql: Sql, filter: LetterFilter, send: SendLetter, by: string) {
  const letter = await lockNext(sql, filter);
  if (letter === undefined) return undefined;
  const outcome = await send(letter);
  await keepOutcome(sql, outcome, by);
  return outcome;
}

async function lockNext(sql: Sql, filter: LetterFilter): Promise<Letter | undefined> {
  const [row] = await sql<StoredLetter[]>`
    select ${letterColumns(sql)} from dlq_events
    where ${matches(sql, { ...filter, status: 'open' })} order by dlq_id limit 1 for update skip locked`;
  return row === undefined ? undefined : toLetter(row);
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

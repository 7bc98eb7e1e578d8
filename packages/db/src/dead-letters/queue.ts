import { type Settings, withDeadline } from '@pipeline/runtime';
import { openPool, type Sql } from '../client/connect.ts';
import type { databaseSettings } from '../client/settings.ts';
import {
  type DeadLetterRow,
  deadLetterColumns,
  type StoredDeadLetter,
  toStoredDeadLetter,
} from './dead-letters.ts';
import { type DeadLetterFilter, matches } from './filter.ts';

/** The position of a redriven record. */
export interface NewPlace {
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
}

/** The result of one redrive: the new position, or the problem that keeps the dead letter open. */
export type RedriveOutcome =
  | { readonly letter: StoredDeadLetter; readonly place: NewPlace }
  | { readonly letter: StoredDeadLetter; readonly problem: string };

/** A dead letter to redrive. */
interface QueuedDeadLetter extends StoredDeadLetter {
  /** The record's, in milliseconds since 1970, decimal. */
  readonly timestamp: string;
}

/** Sends a dead letter to its topic. */
export type SendDeadLetter = (letter: QueuedDeadLetter) => Promise<RedriveOutcome>;

/** Open dead letters to redrive. Of several concurrent queues, one takes each dead letter. */
export interface RedriveQueue extends AsyncDisposable {
  /**
   * Locks the oldest open dead letter that matches and is not locked by another queue, calls `send`, and
   * records the outcome in the same transaction. If this process dies, Postgres rolls back and the dead
   * letter stays open.
   * @returns the outcome; undefined if no dead letter is left
   * @throws the error of `send`, or the driver's error: the dead letter is open, and may have been sent
   */
  take(filter: DeadLetterFilter, send: SendDeadLetter): Promise<RedriveOutcome | undefined>;
}

/** Maximum time for Kafka to respond while the dead letter is locked. */
const SEND_TIMEOUT_MS = 120_000;

/** Opens a queue with its own connection, because locks belong to a transaction. `by` is the acting user. */
export function openRedriveQueue(settings: Settings<typeof databaseSettings>, by: string): RedriveQueue {
  const sql = openPool(settings, {
    applicationName: 'redrive',
    connections: 1,
    idleInTransactionMs: SEND_TIMEOUT_MS,
  });
  return {
    take(filter, send) {
      // A transaction runs statements like a pool; only its type is narrower.
      const taking = sql.begin('read write', (one) => takeNext(one as unknown as Sql, filter, send, by));
      return withDeadline(taking as Promise<RedriveOutcome | undefined>, SEND_TIMEOUT_MS, 'redriving');
    },
    [Symbol.asyncDispose]: () => sql.end({ timeout: 2 }),
  };
}

async function takeNext(sql: Sql, filter: DeadLetterFilter, send: SendDeadLetter, by: string) {
  const letter = await lockNext(sql, filter);
  if (letter === undefined) return undefined;
  const outcome = await send(letter);
  await recordOutcome(sql, outcome, by);
  return outcome;
}

async function lockNext(sql: Sql, filter: DeadLetterFilter): Promise<QueuedDeadLetter | undefined> {
  const [row] = await sql<(DeadLetterRow & Pick<QueuedDeadLetter, 'timestamp'>)[]>`
    select ${deadLetterColumns(sql)}, (extract(epoch from source_timestamp) * 1000)::bigint::text as timestamp
    from pipeline.dlq_events
    where ${matches(sql, { ...filter, status: 'open' })} order by dlq_id limit 1 for update skip locked`;
  return row === undefined ? undefined : { ...toStoredDeadLetter(row), timestamp: row.timestamp };
}

/** Closes the dead letter if it was sent, and adds an entry to its audit log. */
async function recordOutcome(sql: Sql, outcome: RedriveOutcome, by: string): Promise<void> {
  const { id } = outcome.letter;
  if ('problem' in outcome) {
    await sql`
      insert into pipeline.dlq_actions (dlq_id, action, outcome, detail, done_by)
      values (${id}, 'redrive', 'failed', ${outcome.problem}, ${by})`;
    return;
  }
  const { partition, offset } = outcome.place;
  await sql`
    with resolved as (
      update pipeline.dlq_events set status = 'redriven', resolved_at = now() where dlq_id = ${id} and status = 'open'
    )
    insert into pipeline.dlq_actions (dlq_id, action, outcome, detail, new_partition, new_offset, done_by)
    values (${id}, 'redrive', 'done', ${`${partition}@${offset}`}, ${partition}, ${offset}, ${by})`;
}

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

/** Sends some of the letters; says what became of those that it has dealt with. */
export type SendLetters = (letters: readonly Letter[]) => Promise<readonly RedriveOutcome[]>;

/** Open letters to be redriven, of which each is given to one at a time, however many queues there are. */
export interface LetterQueue extends AsyncDisposable {
  /**
   * Locks the next open letters that match, the oldest first, passing over those that others have; has them sent, and
   * keeps what became of each in the same transaction. When this process dies, Postgres gives them back as they were.
   * @returns what became of them; nothing when no letter is left
   * @throws what `send` throws, or the driver's error: the letters are open, and may have been sent
   */
  take(filter: LetterFilter, most: number, send: SendLetters): Promise<readonly RedriveOutcome[]>;
}

/** Kafka may take its time while the letters are locked. */
const SENDING_MS = 120_000;

/** Opens a queue with a connection of its own: a lock is its transaction's. `by` is kept as who did it. */
export function openLetterQueue(settings: Settings<typeof databaseSettings>, by: string): LetterQueue {
  const sql = openPool(settings, {
    applicationName: 'redrive',
    connections: 1,
    idleInTransactionMs: SENDING_MS,
  });
  return {
    take(filter, most, send) {
      // A transaction takes statements as a pool does; only its type is narrower.
      const taking = sql.begin('read write', (one) =>
        takeSome(one as unknown as Sql, filter, most, send, by),
      );
      return withDeadline(taking as Promise<readonly RedriveOutcome[]>, SENDING_MS, 'redriving');
    },
    [Symbol.asyncDispose]: () => sql.end({ timeout: 2 }),
  };
}

async function takeSome(sql: Sql, filter: LetterFilter, most: number, send: SendLetters, by: string) {
  const letters = await lockOpen(sql, filter, most);
  const outcomes = letters.length === 0 ? [] : await send(letters);
  if (outcomes.length > 0) await keepOutcomes(sql, outcomes, by);
  return outcomes;
}

async function lockOpen(sql: Sql, filter: LetterFilter, most: number): Promise<readonly Letter[]> {
  const rows = await sql<StoredLetter[]>`
    select ${letterColumns(sql)} from dlq_events
    where ${matches(sql, { ...filter, status: 'open' })} order by dlq_id limit ${most} for update skip locked`;
  return rows.map(toLetter);
}

/** The letters that were sent are closed; each has a line in the audit. */
async function keepOutcomes(sql: Sql, outcomes: readonly RedriveOutcome[], by: string): Promise<void> {
  await sql`
    with outcome as (
      select * from json_to_recordset(${JSON.stringify(outcomes.map(toRow))}::text::json)
        as one (id bigint, outcome text, detail text, partition int, "offset" bigint)
    ), resolved as (
      update dlq_events set status = 'redriven', resolved_at = now() from outcome
      where dlq_id = outcome.id and outcome.outcome = 'done' and status = 'open'
    )
    insert into dlq_actions (dlq_id, action, outcome, detail, new_partition, new_offset, done_by)
    select id, 'redrive', outcome, detail, partition, "offset", ${by} from outcome order by id`;
}

function toRow(outcome: RedriveOutcome) {
  const id = String(outcome.letter.id);
  if ('problem' in outcome) return { id, outcome: 'failed', detail: outcome.problem };
  const { partition, offset } = outcome.place;
  return { id, outcome: 'done', detail: `${partition}@${offset}`, partition, offset };
}

import type { Database } from '../connect.ts';
import { type LetterFilter, matches } from './filter.ts';

/** Where a redriven record stands now. */
export interface NewPlace {
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
}

/** Keeps that a letter is a record of its topic again, and who did it. Call it once Kafka has acknowledged the record. */
export async function markRedriven(
  database: Database,
  id: bigint,
  { partition, offset }: NewPlace,
  by: string,
): Promise<void> {
  await database.run(
    (sql) => sql`
      with resolved as (
        update dlq_events set status = 'redriven', resolved_at = now() where dlq_id = ${id} and status = 'open'
      )
      insert into dlq_actions (dlq_id, action, outcome, detail, new_partition, new_offset, done_by)
      values (${id}, 'redrive', 'done', ${`${partition}@${offset}`}, ${partition}, ${offset}::bigint, ${by})`,
  );
}

/** Keeps that a letter could not be redriven, and why; it stays open. */
export async function markFailed(database: Database, id: bigint, why: string, by: string): Promise<void> {
  await database.run(
    (sql) => sql`insert into dlq_actions (dlq_id, action, outcome, detail, done_by)
                 values (${id}, 'redrive', 'failed', ${why}, ${by})`,
  );
}

/** Closes the open letters that match, for a reason that is kept. Returns how many. */
export async function discardLetters(
  database: Database,
  filter: LetterFilter,
  because: string,
  by: string,
): Promise<bigint> {
  const [row] = await database.run(
    (sql) => sql<{ n: bigint }[]>`
      with resolved as (
        update dlq_events set status = 'discarded', resolved_at = now()
        where status = 'open' and ${matches(sql, filter)} returning dlq_id
      ), kept as (
        insert into dlq_actions (dlq_id, action, outcome, detail, done_by)
        select dlq_id, 'discard', 'done', ${because}, ${by} from resolved
      )
      select count(*) as n from resolved`,
  );
  return row?.n ?? 0n;
}

import type { Database } from '../connect.ts';
import { type LetterFilter, matches } from './filter.ts';

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

import type { Database } from '../connect.ts';
import { newestDeadLetterId } from './dead-letters.ts';
import { type DeadLetterFilter, matches } from './filter.ts';

export interface DiscardOptions {
  /** Why; kept, as the next one. */
  readonly because: string;
  /** Who does it. */
  readonly by: string;
  /** Told how many more have been closed: what failed later leaves them so. */
  readonly onClosed?: (letters: bigint) => void;
}

/** Closes the open letters that match, but none that fails from now on. Returns how many. @throws the driver's error */
export async function discardDeadLetters(
  database: Database,
  filter: DeadLetterFilter,
  options: DiscardOptions,
): Promise<bigint> {
  const upTo = filter.upTo ?? (await newestDeadLetterId(database));
  let [closed, after] = [0n, filter.after];
  for (;;) {
    const step = await discardStep(database, { ...filter, after, upTo }, options);
    closed += step.closed;
    options.onClosed?.(step.closed);
    if (step.last === null) return closed;
    after = step.last;
  }
}

interface Step {
  readonly closed: bigint;
  /** The letter that was looked at last; null when none was left. */
  readonly last: bigint | null;
}

/** A statement with so many is done in time. */
const STEP_LETTERS = 10_000;

async function discardStep(database: Database, filter: DeadLetterFilter, { because, by }: DiscardOptions) {
  const [step] = await database.run(
    (sql) => sql<Step[]>`
      with chosen as materialized (
        select dlq_id from dlq_events where ${matches(sql, { ...filter, status: 'open' })}
        order by dlq_id limit ${STEP_LETTERS}
      ), resolved as (
        update dlq_events set status = 'discarded', resolved_at = now()
        where status = 'open' and dlq_id in (select dlq_id from chosen) returning dlq_id
      ), kept as (
        insert into dlq_actions (dlq_id, action, outcome, detail, done_by)
        select dlq_id, 'discard', 'done', ${because}, ${by} from resolved
      )
      select (select count(*) from resolved) as closed, (select max(dlq_id) from chosen) as last`,
  );
  return step ?? { closed: 0n, last: null };
}

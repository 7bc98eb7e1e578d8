import type { Database } from '../client/connect.ts';
import { newestDeadLetterId } from './dead-letters.ts';
import { type DeadLetterFilter, matches } from './filter.ts';

export interface DiscardOptions {
  /** The reason, for the audit log. */
  readonly because: string;
  /** The user, for the audit log. */
  readonly by: string;
  /**
   * Called after each step with the number of dead letters that it closed; a later error does not undo them.
   */
  readonly onClosed?: (count: bigint) => void;
}

/**
 * Discards the matching open dead letters, except those that arrive after the call.
 * @returns their number
 * @throws the driver's error
 */
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
  /** Id of the last dead letter of the step; null if none was left. */
  readonly last: bigint | null;
}

/** Dead letters per statement, to stay below the statement timeout. */
const STEP_ROWS = 10_000;

async function discardStep(database: Database, filter: DeadLetterFilter, { because, by }: DiscardOptions) {
  const [step] = await database.run(
    (sql) => sql<Step[]>`
      with chosen as materialized (
        select dlq_id from pipeline.dlq_events where ${matches(sql, { ...filter, status: 'open' })}
        order by dlq_id limit ${STEP_ROWS}
      ), resolved as (
        update pipeline.dlq_events set status = 'discarded', resolved_at = now()
        where status = 'open' and dlq_id in (select dlq_id from chosen) returning dlq_id
      ), kept as (
        insert into pipeline.dlq_actions (dlq_id, action, outcome, detail, done_by)
        select dlq_id, 'discard', 'done', ${because}, ${by} from resolved
      )
      select (select count(*) from resolved) as closed, (select max(dlq_id) from chosen) as last`,
  );
  return step ?? { closed: 0n, last: null };
}

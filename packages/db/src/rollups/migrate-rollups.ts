import { retryForever, type Settings } from '@pipeline/runtime';
import type { Rollup } from '@pipeline/schema';
import type { databaseSettings } from '../client/settings.ts';
import { maintenanceLock } from '../maintenance/maintenance-lock.ts';
import { enter, isLockTimeout, type MigrateOptions, withMigrator, withoutTimeout } from '../migrate.ts';
import { quoteText } from '../views/quote.ts';

export interface RollupOptions extends Pick<MigrateOptions, 'signal' | 'onRetry'> {
  /** Called before the stored events are added to new roll-ups, with their number. */
  readonly onFill?: (count: number) => void;
}

/**
 * Makes the roll-ups of the tables those of a definition. New ones are maintained from a moment on at which writers
 * wait briefly, and are then filled with the events that were stored before, while writers continue. Roll-ups that
 * are no longer declared are dropped. Retries while other sessions hold locks. Safe to repeat, to interrupt and to run
 * concurrently.
 * @returns the number of roll-ups that were filled
 * @throws UserError for a permanent error, the driver's error for a transient one, the signal's reason
 */
export async function migrateRollups(
  settings: Settings<typeof databaseSettings>,
  rollups: readonly Rollup[],
  { onFill, ...waiting }: RollupOptions = {},
): Promise<number> {
  const begin = `${enter(settings.DATABASE_SCHEMA)} select ${maintenanceLock};`;
  const declare = `select pipeline.declare_rollups(${quoteText(toRows(rollups))}) as id`;
  return await withMigrator(withoutTimeout(settings), async (sql) => {
    // One message is one transaction, whatever happens to the connection (docs/decisions/0001-one-message.md).
    const run = (text: string) =>
      retryForever(async () => await sql.unsafe<Results>(`${begin} ${text}`).simple(), {
        isTransient: isLockTimeout,
        ...waiting,
      });
    const added = (await run(declare)).at(-1)?.map(({ id }) => id) ?? [];
    if (added.length > 0) onFill?.(added.length);
    for (const id of added) await run(`select pipeline.fill_rollup(${id})`);
    if (added.length > 0) await run(declare);
    await run(forget);
    return added.length;
  });
}

/** Deletes the rows of roll-ups that are no longer declared, while writers continue. */
const forget = ['rollup_values', 'rollup_keys']
  .map(
    (table) => `delete from pipeline.${table} where rollup_id = any (array(
      select id from generate_series(1, (select max(rollup_id) from pipeline.${table})) as id
      where id not in (select rollup_id from pipeline.rollups)))`,
  )
  .join(';');

/** The rows of each statement. */
type Results = (readonly { readonly id: number }[])[];

/** The roll-ups as rows of `rollups`, as JSON. */
function toRows(rollups: readonly Rollup[]): string {
  const rows = rollups.map((rollup) => ({
    event_type: rollup.eventType,
    name: rollup.name,
    aggregate: rollup.aggregate,
    member: rollup.member,
    dimensions: rollup.dimensions,
    bucket_minutes: rollup.bucketMinutes,
    key_limit: rollup.keyLimit,
    view_name: rollup.viewName,
  }));
  return JSON.stringify(rows);
}

import { retryForever, type Settings, SettingsError } from '@pipeline/runtime';
import type { EventView } from '@pipeline/schema';
import type { Sql } from '../client/connect.ts';
import type { databaseSettings } from '../client/settings.ts';
import { enter, isLockTimeout, type MigrateOptions, withMigrator } from '../migrate.ts';
import { evolveView } from './evolve-view.ts';
import { readComments, readViews } from './read-views.ts';
import { type Comments, viewText } from './view-text.ts';

/** A view and the statements that create it. */
interface Change {
  readonly view: EventView;
  readonly statements: string;
}

/**
 * Creates the views of a definition, and adds the columns of new members to existing ones. Changes all views
 * or none. Views that need no change are not locked. Views of types that were removed remain. Retries while
 * other sessions hold locks. Safe to repeat and to run concurrently.
 * @returns the names of the views that were created or changed
 * @throws SettingsError with one line for each view that cannot be changed; otherwise like `migrate`
 */
export async function migrateViews(
  settings: Settings<typeof databaseSettings>,
  views: readonly EventView[],
  { signal, onRetry }: Pick<MigrateOptions, 'signal' | 'onRetry'> = {},
): Promise<readonly string[]> {
  return await withMigrator(settings, async (sql) => {
    const attempt = () => sql.begin(async (one) => applyViews(one as unknown as Sql, settings, views));
    return await retryForever(attempt as () => Promise<readonly string[]>, {
      isTransient: isLockTimeout,
      ...(signal && { signal }),
      ...(onRetry && { onRetry }),
    });
  });
}

async function applyViews(
  sql: Sql,
  { DATABASE_SCHEMA: schema }: Settings<typeof databaseSettings>,
  views: readonly EventView[],
): Promise<readonly string[]> {
  await sql.unsafe(enter(schema)).simple();
  const changes = await findChanges(sql, views);
  for (const change of changes) await apply(sql, change);
  if (changes.length > 0) await sql`select pipeline.grant_to_roles()`;
  return changes.map(({ view }) => view.name);
}

async function findChanges(sql: Sql, views: readonly EventView[]): Promise<readonly Change[]> {
  const existing = await readViews(
    sql,
    views.map(({ name }) => name),
  );
  const evolved = views.map((view) => evolveView(existing.get(view.name), view));
  const problems = evolved.flatMap((one) => ('problems' in one ? one.problems : []));
  if (problems.length > 0) throw new SettingsError(problems.map((problem) => `EVENTS: ${problem}`));
  const comments = await readComments(sql);
  const changes = evolved.flatMap((one) => ('view' in one ? [toChange(one.view, comments)] : []));
  return changes.filter(({ view, statements }) => existing.get(view.name)?.statements !== statements);
}

function toChange(view: EventView, comments: Comments): Change {
  return { view, statements: viewText(view, comments) };
}

async function apply(sql: Sql, { view, statements }: Change): Promise<void> {
  await sql.unsafe(statements).simple();
  await sql`
    insert into pipeline.view_definitions (view_name, event_type, columns, statements)
    values (${view.name}, ${view.eventType}, ${JSON.stringify(view.columns)}::text::jsonb, ${statements})
    on conflict (view_name) do update
      set event_type = excluded.event_type, columns = excluded.columns, statements = excluded.statements`;
}

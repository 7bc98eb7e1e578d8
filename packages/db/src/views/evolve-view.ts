import type { EventView, ViewColumn } from '@pipeline/schema';

/** What the database has under the name of a view. */
export interface Existing {
  /** Whether it is a view that the pipeline has created. */
  readonly isOwn: boolean;
  readonly eventType: string;
  readonly columns: readonly ViewColumn[];
}

/** A view with all columns that it has had, or why it cannot be one. */
export type Evolved = { readonly view: EventView } | { readonly problems: readonly string[] };

const remedy = (name: string) =>
  `name another view with eventType(name, schema, { view }) or "x-view", or drop view ${name}`;

/**
 * The view that replaces an existing one. Its columns keep their names, order and types, so that what depends
 * on them stays valid: new ones are appended, and those of removed members remain.
 */
export function evolveView(existing: Existing | undefined, wanted: EventView): Evolved {
  if (existing === undefined) return { view: wanted };
  const { name, eventType } = wanted;
  if (!existing.isOwn)
    return { problems: [`view ${name}: something else has this name; rename it, or ${remedy(name)}`] };
  if (existing.eventType !== eventType)
    return {
      problems: [`view ${name}: is of the type ${existing.eventType}, not ${eventType}; ${remedy(name)}`],
    };
  const problems = existing.columns.flatMap((column) => findChange(name, column, wanted.columns));
  return problems.length > 0
    ? { problems }
    : { view: { ...wanted, columns: mergeColumns(existing, wanted) } };
}

function findChange(
  view: string,
  { name, type }: ViewColumn,
  columns: readonly ViewColumn[],
): readonly string[] {
  const now = columns.find((column) => column.name === name)?.type;
  if (now === undefined || now === type) return [];
  return [
    `view ${view}: column ${name} is ${type}, and the definition makes it ${now}; register the new form as ` +
      `another type, ${remedy(view)}`,
  ];
}

function mergeColumns(existing: Existing, wanted: EventView): readonly ViewColumn[] {
  const kept = existing.columns.map(
    (column) => wanted.columns.find(({ name }) => name === column.name) ?? column,
  );
  const names = new Set(kept.map(({ name }) => name));
  return [...kept, ...wanted.columns.filter(({ name }) => !names.has(name))];
}

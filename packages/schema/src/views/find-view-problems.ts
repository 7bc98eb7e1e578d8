import type { EventView, ViewColumn } from './view.ts';
import { findNameProblem, isSystemColumn } from './view-names.ts';

/** Postgres allows 1,600 columns, and some are kept for members that are added later. */
const MAX_COLUMNS = 1_500;

const viewRemedy = `name another with eventType(name, schema, { view }) or "x-view" in the schema`;
const columnRemedy = 'name another with "x-column" in the schema of the member';

/** Why Postgres could not create the views of a definition, one line for each problem. */
export function findViewProblems(views: readonly EventView[]): readonly string[] {
  return [
    ...views.flatMap(({ name, eventType }) => {
      const problem = findNameProblem(name);
      return problem === undefined
        ? []
        : [`type ${eventType}: its view ${show(name)} ${problem}: ${viewRemedy}`];
    }),
    ...repeatedIn(views).map(([name, some]) => {
      const types = some.map(({ eventType }) => eventType).join(', ');
      return `types ${types}: have the same view ${show(name)}: ${viewRemedy}`;
    }),
    ...views.flatMap(findColumnProblems),
  ];
}

function findColumnProblems({ eventType, columns }: EventView): readonly string[] {
  const place = `type ${eventType}: `;
  const names = columns.flatMap(({ name, member }) => {
    const problem = isSystemColumn(name) ? 'is a system column of Postgres' : findNameProblem(name);
    return problem === undefined
      ? []
      : [`${place}the column of the member ${show(member)} ${problem}: ${columnRemedy}`];
  });
  const repeated = repeatedIn(columns).map(([name, some]) => {
    const members = some.map((column) => show(column.member ?? column.name)).join(', ');
    return `${place}the members ${members} have the same column ${show(name)}: ${columnRemedy}`;
  });
  const tooMany = `${place}has ${columns.length} columns, and a view may have ${MAX_COLUMNS}`;
  return [...names, ...repeated, ...(columns.length > MAX_COLUMNS ? [tooMany] : [])];
}

/** The names that several have, in the order of their first use. */
function repeatedIn<Named extends EventView | ViewColumn>(
  all: readonly Named[],
): readonly (readonly [string, readonly Named[]])[] {
  return [...Map.groupBy(all, ({ name }) => name)].filter(([, some]) => some.length > 1);
}

/** One line, even if the name has control characters. */
function show(name: string | null): string {
  return JSON.stringify(name);
}

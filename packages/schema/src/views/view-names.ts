/** Postgres cuts longer names. */
const MAX_BYTES = 63;

/** The columns that Postgres adds to every table: https://www.postgresql.org/docs/current/ddl-system-columns.html */
export const systemColumns = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'] as const;

/** Whether a table cannot have a column of this name, so that a view with it could not be copied to a table. */
export function isSystemColumn(name: string): boolean {
  return systemColumns.some((one) => one === name);
}

const utf8 = new TextEncoder();

/** The name of a type's view unless the definition names another: `order/Placed` is `event_order_placed`. */
export function defaultViewName(type: string): string {
  return `event_${type.toLowerCase().replace(/[^a-z0-9_]/gu, '_')}`;
}

/** Why a text cannot be a name in Postgres; undefined if it can. */
export function findNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.includes('\0') || !name.isWellFormed()) return 'has a character that Postgres cannot store';
  const bytes = utf8.encode(name).length;
  return bytes > MAX_BYTES ? `has ${bytes} bytes, and Postgres allows ${MAX_BYTES}` : undefined;
}

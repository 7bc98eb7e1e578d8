/** Statements about all of some tables, in one transaction each. */
interface TableCopies {
  /** Creates a place for a copy. */
  readonly create: string;
  /** Removes all rows, those of the copy included. */
  readonly empty: string;
  readonly backUp: string;
  /** Replaces all rows by those of the copy. */
  readonly restore: string;
}

/** Statements that empty tables, and copy their rows; no trigger fires. */
export function copiesOf(tables: readonly string[]): TableCopies {
  const all = (statement: (table: string) => string) => tables.map(statement).join('');
  return {
    create: `create schema copy; ${all((table) => `create table copy.${table} (like ${table});`)}`,
    empty: withoutTriggers(all((table) => `delete from ${table}; delete from copy.${table};`)),
    backUp: all((table) => `delete from copy.${table}; insert into copy.${table} select * from ${table};`),
    restore: withoutTriggers(
      all(
        (table) =>
          `delete from ${table}; insert into ${table} overriding system value select * from copy.${table};`,
      ),
    ),
  };
}

function withoutTriggers(text: string): string {
  return `set session_replication_role = replica; ${text} set session_replication_role = origin;`;
}

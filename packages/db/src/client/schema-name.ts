const name = /^[a-z_][a-z0-9_]*$/;

/** Leaves room for the names of the roles, of which Postgres keeps 63 bytes: `pipeline_SCHEMA_operator`. */
const MAX_LENGTH = 40;

/** The name of a schema; undefined if it is none, is too long, or is reserved by Postgres. */
export function parseSchemaName(text: string): string | undefined {
  const isReserved = text.startsWith('pg_') || text === 'information_schema';
  return name.test(text) && text.length <= MAX_LENGTH && !isReserved ? text : undefined;
}

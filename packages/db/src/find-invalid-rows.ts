import { jsonSeparator } from './array-literal.ts';
import type { Database, Sql } from './connect.ts';
import { codeOf, errorKind } from './errors.ts';
import type { EventRows } from './event-rows.ts';
import type { Refusal } from './isolate.ts';
import { untyped } from './untyped-parameter.ts';

interface FoundRefusal extends Refusal {
  readonly index: number;
}

/**
 * Asks Postgres, from version 16 on, which payloads it cannot keep: `jsonb` holds less than JSON does, and all else of an
 * event its schema has checked (https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-VALIDITY).
 * @returns what it says of each, by index; of a row that is refused for another reason it says nothing
 * @throws the driver's error, unless it only means that Postgres does not tell
 */
export async function findInvalidRows(
  database: Database,
  rows: EventRows,
): Promise<ReadonlyMap<number, Refusal>> {
  try {
    const found = await database.run((sql) => refusalsStatement(sql, rows));
    return new Map(found.map(({ index, ...refusal }) => [index, refusal]));
  } catch (error) {
    if (codeOf(error) !== UNDEFINED_FUNCTION && errorKind(error) !== 'refused') throw error;
    return new Map();
  }
}

const UNDEFINED_FUNCTION = '42883';

function refusalsStatement(sql: Sql, rows: EventRows) {
  const { payloads } = rows.toColumns();
  return sql<FoundRefusal[]>`
    select (ordinality - 1)::int as index, said.sql_error_code as sqlstate, said.message
    from string_to_table(${untyped(sql, payloads)}::text, ${jsonSeparator}) with ordinality as incoming (payload),
         pg_input_error_info(payload, 'jsonb') as said
    where not pg_input_is_valid(payload, 'jsonb')`;
}

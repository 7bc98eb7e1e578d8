import type { Database, Sql } from '../client/connect.ts';
import { codeOf, errorKind } from '../client/errors.ts';
import { jsonSeparator } from './array-literal.ts';
import type { EventRows } from './event-rows.ts';
import type { Refusal } from './isolate.ts';
import { untyped } from './untyped-parameter.ts';

interface FoundRefusal extends Refusal {
  readonly index: number;
}

/**
 * Finds the rows whose payload Postgres cannot store, because `jsonb` does not support all of JSON. Other
 * columns were validated by the event's schema. Requires Postgres 16
 * (https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-VALIDITY).
 * @returns the errors by index of the row; empty before Postgres 16, or if the query itself is rejected
 * @throws the driver's error
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
    select (ordinality - 1)::int as index, error.sql_error_code as sqlstate, error.message
    from string_to_table(${untyped(sql, payloads)}::text, ${jsonSeparator}) with ordinality as incoming (payload),
         pg_input_error_info(payload, 'jsonb') as error
    where not pg_input_is_valid(payload, 'jsonb')`;
}

import type { Database, Sql } from '../client/connect.ts';
import { codeOf, errorKind } from '../client/errors.ts';
import { encoded } from '../statement/parameters.ts';
import { jsonNull, jsonSeparator } from './columns/array-literal.ts';
import type { EventRow } from './event-rows.ts';
import { type Refusal, withoutValue } from './isolate.ts';

/** The JSON of a row. */
type JsonRow = Pick<EventRow, 'payloadJson' | 'attributesJson'>;

interface FoundRefusal extends Refusal {
  readonly index: number;
}

/**
 * Finds the rows whose payload or attributes Postgres cannot store, because `jsonb` does not support all of
 * JSON. Other columns were validated by the event's schema. Requires Postgres 16
 * (https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-VALIDITY).
 * @returns the errors without values, by index of the row; empty before Postgres 16, or if the query itself is rejected
 * @throws the driver's error
 */
export async function findInvalidRows(
  database: Database,
  rows: Iterable<JsonRow>,
): Promise<ReadonlyMap<number, Refusal>> {
  try {
    const found = await database.run((sql) => refusalsStatement(sql, [...rows]));
    return new Map(
      found.map(({ index, sqlstate, message }) => [index, { sqlstate, message: withoutValue(message) }]),
    );
  } catch (error) {
    if (codeOf(error) !== UNDEFINED_FUNCTION && errorKind(error) !== 'refused') throw error;
    return new Map();
  }
}

const UNDEFINED_FUNCTION = '42883';

function refusalsStatement(sql: Sql, rows: readonly JsonRow[]) {
  const payloads = rows.map(({ payloadJson }) => payloadJson);
  const attributes = rows.map(({ attributesJson }) => attributesJson ?? jsonNull);
  return sql<FoundRefusal[]>`${invalidJson(sql, payloads)} union all ${invalidJson(sql, attributes)}`;
}

function invalidJson(sql: Sql, texts: readonly string[]) {
  const column = Buffer.from(texts.join(jsonSeparator));
  return sql`
    select (ordinality - 1)::int as index, error.sql_error_code as sqlstate, error.message
    from string_to_table(${encoded(sql, column)}::text, ${jsonSeparator}) with ordinality as incoming (json),
         pg_input_error_info(json, 'jsonb') as error
    where not pg_input_is_valid(json, 'jsonb')`;
}

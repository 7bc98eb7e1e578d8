import type { Sql } from '../client/connect.ts';
import { BinaryArray } from './binary-array.ts';
import { type Encoded, encoded } from './parameters.ts';
import { type Part, replaceNames } from './part.ts';

/** A value of a parameter. */
export type Value = string | bigint | number | boolean | null | Encoded;

/** How the value of each parameter is found in what a statement is about. */
export type ParameterValues<Name extends string, Subject, Of = Value> = Readonly<
  Record<Name, (subject: Subject) => Of>
>;

/** A statement that the server prepares once per connection, and the driver does not put together each time. */
export interface Prepared<Subject> {
  readonly text: string;
  readonly values: readonly ((subject: Subject) => Value)[];
}

/** A parameter that occurs several times is sent once. */
export function prepare<Name extends string, Subject>(
  whole: Part<Name>,
  parameters: ParameterValues<Name, Subject>,
): Prepared<Subject> {
  const names = [...new Set(whole.names)];
  const text = replaceNames(whole, (name) => `$${names.indexOf(name) + 1}`);
  return { text, values: names.map((name) => parameters[name]) };
}

/** Runs a prepared statement with the values of a subject. */
export function execute<Row extends object, Subject>(
  sql: Sql,
  { text, values }: Prepared<Subject>,
  subject: Subject,
) {
  const toParameter = (value: Value) => (isEncoded(value) ? encoded(sql, value) : value);
  const all = values.map((find) => toParameter(find(subject)));
  return sql.unsafe<Row[]>(text, all as never[], { prepare: true });
}

function isEncoded(value: Value): value is Encoded {
  return value instanceof Uint8Array || value instanceof BinaryArray;
}

import type { Encoded } from './parameters.ts';
import { type Part, replaceNames } from './part.ts';
import type { ParameterValues, Value } from './prepared.ts';

/** A value that can be written as a literal. */
export type LiteralValue = Exclude<Value, Encoded>;

/**
 * The text of a statement with the values of a subject as literals, because a message of several statements has no
 * parameters (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SIMPLE-QUERY).
 */
export function withLiterals<Name extends string, Subject>(
  whole: Part<Name>,
  parameters: ParameterValues<Name, Subject, LiteralValue>,
  subject: Subject,
): string {
  return replaceNames(whole, (name) => toLiteral(parameters[name](subject)));
}

function toLiteral(value: LiteralValue): string {
  return typeof value === 'string' ? quoteLiteral(value) : `(${value})`;
}

/** Nothing that ends a literal, escapes in one, or names a schema (`pipeline.`). */
const harmless = /^[\w{}[\]",:;+/= -]*$/;

/**
 * A text as a literal, which no setting of the session can make anything else. Every text with another than
 * the usual characters becomes the hexadecimal form of its bytes.
 */
export function quoteLiteral(text: string): string {
  if (harmless.test(text)) return `'${text}'`;
  return `convert_from(decode('${Buffer.from(text).toString('hex')}', 'hex'), 'UTF8')`;
}

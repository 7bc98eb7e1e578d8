import type { Template, Value } from './template.ts';

/** A part of a statement, as text. */
export interface SqlText {
  readonly text: string;
}

/**
 * Makes literals of the values, because a message of several statements has no parameters
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SIMPLE-QUERY).
 */
export const literals: Template<SqlText> = Object.assign(
  (text: TemplateStringsArray, ...values: readonly (Value | SqlText)[]) => ({
    text: text.reduce((all, next, index) => all + toText(values[index - 1] ?? null) + next),
  }),
  { unsafe: (text: string) => ({ text }) },
);

function toText(value: Value | SqlText): string {
  if (typeof value === 'string') return quoteLiteral(value);
  return typeof value === 'object' && value !== null ? value.text : `(${value})`;
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

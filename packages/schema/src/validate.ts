import type { TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject } from 'ajv';

/** What is wrong with a value, in words that hold nothing of the value; undefined when nothing is. */
export type Validate = (value: unknown) => Problem | undefined;

export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** `strictNumbers` off: 1e400 is a right number of JSON, although JavaScript reads it as Infinity. */
const ajv = new Ajv({ strict: true, strictNumbers: false, allErrors: false });

/** Compiles a schema, once. @throws Error when the schema itself is wrong */
export function compileValidator(schema: TSchema): Validate {
  const isValid = ajv.compile(schema);
  return (value) => (isValid(value) ? undefined : toProblem(isValid.errors?.[0]));
}

function toProblem(error: ErrorObject | undefined): Problem {
  if (error === undefined) return { path: '', message: 'is not valid' };
  return { path: error.instancePath, message: inWords(error) };
}

/** Names of members that the schema does not know come from outside, and stay out of the message. */
function inWords({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'has a member that no event has';
  if (keyword === 'enum') return `must be one of ${params['allowedValues'].join(', ')}`;
  if (keyword === 'required') return `lacks the member ${params['missingProperty']}`;
  if (keyword === 'pattern') return 'is not written as it must be';
  return message ?? 'is not valid';
}

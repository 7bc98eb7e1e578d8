import type { TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject } from 'ajv';
import { knownPath, namesIn } from './known-path.ts';

/** What is wrong with a value, in words that hold nothing of the value; undefined when nothing is. Never throws. */
export type Validate = (value: unknown) => Problem | undefined;

interface Problem {
  /** JSON Pointer in the value; a name that only the value knows is `*`. */
  readonly path: string;
  readonly message: string;
}

/**
 * `strictNumbers` off: 1e400 is a right number of JSON, although JavaScript reads it as Infinity.
 * `verbose`: an error brings the schema that it comes from, and its description.
 * `addUsedSchema` off: schemas of one `$id` may be compiled one after the other.
 */
const options = { strict: true, strictNumbers: false, verbose: true, addUsedSchema: false };
const ajv = new Ajv(options);
/** Passes over what every object inherits, such as `constructor`, which takes longer. */
const carefulAjv = new Ajv({ ...options, ownProperties: true });

/** Compiles a schema, once. @throws Error when the schema itself is wrong */
export function compileValidator(schema: TSchema): Validate {
  const names = new Set(namesIn(schema));
  const isInherited = [...names].some((name) => name in Object.prototype);
  const isValid = (isInherited ? carefulAjv : ajv).compile(schema);
  return (value) => {
    try {
      if (isValid(value)) return undefined;
    } catch {
      // A pattern can run out of stack on a text of megabytes.
      return { path: '', message: 'cannot be checked' };
    }
    return toProblem(isValid.errors?.[0], value, names);
  };
}

function toProblem(error: ErrorObject | undefined, value: unknown, names: ReadonlySet<string>): Problem {
  if (error === undefined) return { path: '', message: 'is not valid' };
  return { path: knownPath(error.instancePath, value, names), message: inWords(error) };
}

/** Names of members that the schema does not know come from outside, and stay out of the message. */
function inWords({ keyword, params, message, parentSchema }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'has a member that its schema does not name';
  if (keyword === 'enum') return `must be one of ${params['allowedValues'].join(', ')}`;
  if (keyword === 'required') return `lacks the member ${params['missingProperty']}`;
  if (keyword === 'pattern' && parentSchema?.['description'] !== undefined)
    return `must be ${parentSchema['description']}`;
  return message ?? 'is not valid';
}

import type { TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { knownPath, namesIn } from './known-path.ts';
import { dateTimePattern } from './time/date-time.ts';

/** Returns the first error in a value, undefined if it is valid. Errors contain no data. Never throws. */
export type Validate = (value: unknown) => Problem | undefined;

interface Problem {
  /** JSON Pointer in the value; names that the schema does not declare are replaced by `*`. */
  readonly path: string;
  readonly message: string;
}

/**
 * `strictNumbers` off: 1e400 is a valid JSON number, although JavaScript parses it as Infinity.
 * `verbose`: errors include the schema they come from, with its description.
 * `addUsedSchema` off: several schemas with the same `$id` can be compiled.
 * `keywords`: annotations that name a view and its columns.
 */
const options = {
  strict: true,
  strictNumbers: false,
  verbose: true,
  addUsedSchema: false,
  formats: { 'date-time': new RegExp(dateTimePattern) },
  keywords: ['x-view', 'x-column', 'x-rollups'],
};
/** Creates the compiler of a schema, with the options that a `Validate` relies on. */
export type CreateCompiler = (relied: Options) => Pick<Ajv, 'compile'>;

const createStrict = reusing(options);

/** For schemas that are known to be valid: to compile the meta-schema takes a fifth of a program's start. */
const createTrusting = reusing({ ...options, meta: false, validateSchema: false });

/** One compiler ignores inherited properties such as `constructor`; the other is faster. */
function reusing(always: Options): CreateCompiler {
  const compilers = new Map<boolean, Ajv>();
  return ({ ownProperties = false }) => {
    const compiler = compilers.get(ownProperties) ?? new Ajv({ ...always, ownProperties });
    compilers.set(ownProperties, compiler);
    return compiler;
  };
}

/**
 * Compiles a schema.
 * @param createCompiler of schemas that were not written for Ajv's strict mode, or of another draft than 07
 * @throws Error if the schema is invalid
 */
export function compileValidator(schema: TSchema, createCompiler = createStrict): Validate {
  const names = new Set(namesIn(schema));
  const isValid = compile(schema, names, createCompiler);
  return toValidate(schema, names, () => isValid);
}

/**
 * Compiles a schema that is known to be valid, when the first value is checked: ordinary events need no validator
 * (docs/decisions/0034-accepted-without-parsing.md), and a program starts sooner.
 */
export function compileOnUse(schema: TSchema): Validate {
  const names = new Set(namesIn(schema));
  let isValid: ValidateFunction | undefined;
  return toValidate(schema, names, () => {
    isValid ??= compile(schema, names, createTrusting);
    return isValid;
  });
}

function compile(
  schema: TSchema,
  names: ReadonlySet<string>,
  createCompiler: CreateCompiler,
): ValidateFunction {
  const ownProperties = [...names].some((name) => name in Object.prototype);
  return createCompiler({ ...options, ownProperties }).compile(schema);
}

function toValidate(schema: TSchema, names: ReadonlySet<string>, compiled: () => ValidateFunction): Validate {
  const validate: Validate = (value) => {
    const isValid = compiled();
    try {
      if (isValid(value)) return undefined;
    } catch {
      // A pattern can exhaust the stack on megabytes of text.
      return { path: '', message: 'cannot be checked' };
    }
    return toProblem(isValid.errors?.[0], value, names);
  };
  schemas.set(validate, schema);
  return validate;
}

const schemas = new WeakMap<Validate, TSchema>();

/** The schema that a validator was compiled from; undefined if it was made in another way. */
export function schemaOf(validate: Validate): TSchema | undefined {
  return schemas.get(validate);
}

function toProblem(error: ErrorObject | undefined, value: unknown, names: ReadonlySet<string>): Problem {
  if (error === undefined) return { path: '', message: 'is not valid' };
  return { path: knownPath(error.instancePath, value, names), message: inWords(error) };
}

/** Leaves out names that the schema does not declare, because they are data of the event. */
function inWords({ keyword, params, message, parentSchema }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'has a member that is not in its schema';
  if (keyword === 'enum') return `must be one of ${params['allowedValues'].join(', ')}`;
  if (keyword === 'required') return `lacks the member ${params['missingProperty']}`;
  if (keyword === 'pattern' && parentSchema?.['description'] !== undefined)
    return `must be ${parentSchema['description']}`;
  return message ?? 'is not valid';
}

import { isObject } from '../envelopes/json-object.ts';
import { compileNumber } from './compile-number.ts';
import { compileString } from './compile-string.ts';
import { type Member, objectOf } from './members.ts';
import { hasOnly, type Rules, rulesOf } from './rules.ts';
import { either, exactly, refuse, type Step, toPlainString } from './step.ts';
import { anyMember, anyValue, arrayOf, skipBoolean, skipNull } from './value.ts';

/** Compiles the rules of a type; `room` is the number of nested objects and arrays allowed. */
type Compile = (rules: Rules, room: number) => Step | undefined;

const compilers: Readonly<Record<string, Compile>> = {
  object: compileObject,
  array: compileArray,
  string: compileString,
  number: (rules) => compileNumber(rules, false),
  integer: (rules) => compileNumber(rules, true),
  boolean: (rules) => (hasOnly(rules, []) ? skipBoolean : undefined),
  null: (rules) => (hasOnly(rules, []) ? skipNull : undefined),
};

/**
 * Compiles a JSON Schema. The step accepts no value that the schema rejects, and all usual ones that it accepts.
 * Undefined if the schema has a keyword that is not supported here.
 * @param room the number of nested objects and arrays that the value may have
 */
export function compileSchema(schema: unknown, room: number): Step | undefined {
  if (schema === true) return anyValue(room);
  if (!isObject(schema)) return undefined;
  const { type, const: constant, enum: constants, anyOf, ...others } = rulesOf(schema);
  if (constants !== undefined || constant !== undefined)
    return hasOnly(others, []) && anyOf === undefined
      ? compileConstants(type, constants ?? [constant])
      : undefined;
  if (anyOf !== undefined)
    return hasOnly(others, []) && type === undefined ? compileAlternatives(anyOf, room) : undefined;
  if (type !== undefined) return compileTypes(type, others, room);
  return hasOnly(others, []) ? anyValue(room) : undefined;
}

/** Constants that are strings, because others can be written in several ways. */
function compileConstants(type: unknown, constants: unknown): Step | undefined {
  if (!Array.isArray(constants) || (type !== undefined && type !== 'string')) return undefined;
  const texts = constants.filter((constant) => typeof constant === 'string');
  const steps = texts
    .map(toPlainString)
    .filter((json) => json !== undefined)
    .map(exactly);
  return steps.length === 0 ? undefined : either(steps);
}

/** An alternative that is not supported only accepts less. */
function compileAlternatives(schemas: unknown, room: number): Step | undefined {
  if (!Array.isArray(schemas)) return undefined;
  const steps = schemas.map((schema) => compileSchema(schema, room)).filter((step) => step !== undefined);
  return steps.length === 0 ? undefined : either(steps);
}

/** One type, or one besides null. */
function compileTypes(type: unknown, rules: Rules, room: number): Step | undefined {
  const types = [type].flat();
  const [name, ...more] = types.filter((one) => one !== 'null');
  if (more.length > 0) return undefined;
  const step = compilers[String(name ?? 'null')]?.(rules, room);
  return step !== undefined && types.length > 1 ? either([step, skipNull]) : step;
}

function compileObject(rules: Rules, room: number): Step | undefined {
  const { properties = {}, required = [], additionalProperties = true } = rules;
  if (!hasOnly(rules, ['properties', 'required', 'additionalProperties']) || room < 1) return undefined;
  if (!isObject(properties) || !Array.isArray(required) || typeof additionalProperties !== 'boolean')
    return undefined;
  const members: Member[] = [];
  for (const name of new Set([...Object.keys(properties), ...required.map(String)])) {
    const step = compileSchema(Object.hasOwn(properties, name) ? properties[name] : true, room - 1);
    if (step === undefined || name in Object.prototype) return undefined;
    members.push({ name, step, isRequired: required.includes(name) });
  }
  return objectOf(members, additionalProperties ? anyMember(room - 1) : refuse);
}

function compileArray(rules: Rules, room: number): Step | undefined {
  const { items = true } = rules;
  if (!hasOnly(rules, ['items']) || room < 1) return undefined;
  const item = compileSchema(items, room - 1);
  return item && arrayOf(item);
}

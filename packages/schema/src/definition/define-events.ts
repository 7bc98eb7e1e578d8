import type { TSchema } from '@sinclair/typebox';
import type { Envelope } from '../envelopes/envelope.ts';
import { nativeEnvelope } from '../envelopes/native.ts';
import { findRollupProblems } from '../rollups/derive-rollups.ts';
import type { DeclaredRollup } from '../rollups/rollup.ts';
import { isTypeName, typeNameRule } from '../text-rules.ts';
import { compileValidator, type Validate } from '../validate.ts';
import { deriveViews } from '../views/derive-views.ts';
import { findViewProblems } from '../views/find-view-problems.ts';
import type { EventDefinition, UnknownTypes } from './definition.ts';

/** A type of event: its name and the schema of its payload. */
export interface NamedType<Name extends string = string, Schema extends TSchema = TSchema> {
  readonly name: Name;
  readonly payload: Schema;
  readonly options?: TypeOptions;
}

/** What may be chosen for a type. */
export interface TypeOptions {
  /** The name of its view: at most 63 bytes. Defaults to `x-view` in the schema, or else `event_TYPE`. */
  readonly view?: string;
  /** Roll-ups by name: `sum('/amount').by('/currency').per('1 hour')`. Defaults to `x-rollups` in the schema. */
  readonly rollups?: Readonly<Record<string, DeclaredRollup>>;
  /** A validator compiled elsewhere, for schemas that Ajv's draft-07 does not read. */
  readonly validate?: Validate;
}

/**
 * A type of event. Names may have 1 to 255 bytes of UTF-8 without control characters.
 * @param payload a TypeBox schema, or a JSON Schema in `Type.Unsafe`
 */
export function eventType<const Name extends string, Schema extends TSchema>(
  name: Name,
  payload: Schema,
  options: TypeOptions = {},
): NamedType<Name, Schema> {
  return { name, payload, options };
}

/** The argument of `defineEvents`. */
export interface DefinitionParts<Types extends readonly NamedType[], User extends string | null> {
  /** Defaults to `nativeEnvelope()`. */
  readonly envelope?: Envelope<User>;
  readonly types: Types;
  /** Defaults to `dead-letter`. With `store`, any payload of a type that is not named here is stored. */
  readonly unknownTypes?: UnknownTypes;
}

type RegistryOf<Types extends readonly NamedType[]> = {
  readonly [Entry in Types[number] as Entry['name']]: Entry['payload'];
};

/** A definition is wrong. `problems` has one line for each thing that is. */
export class DefinitionError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'DefinitionError';
    this.problems = problems;
  }
}

/** Defines what an event is. @throws DefinitionError that lists every problem, one line each */
export function defineEvents<const Types extends readonly NamedType[], User extends string | null = string>(
  parts: DefinitionParts<Types, User>,
): EventDefinition<RegistryOf<Types>, User> {
  const { envelope = nativeEnvelope(), types, unknownTypes = 'dead-letter' } = parts;
  const listed = listOf(types);
  const problems = [
    ...findEnvelopeProblems(envelope),
    ...findTypesProblems(types, unknownTypes),
    ...findNameProblems(listed.map(({ name }) => String(name))),
  ];
  const validators = Object.fromEntries(compileAll(listed, problems));
  const named = nameTypes<Types>(listed);
  problems.push(...findViewProblems(deriveViews(named)), ...findRollupProblems(named));
  if (problems.length > 0) throw new DefinitionError(problems);
  return { ...named, envelope: envelope as Envelope<User>, validators, unknownTypes };
}

/** A module in JavaScript may list anything, such as what another module does not export. */
function listOf(types: unknown): readonly NamedType[] {
  return Array.isArray(types) ? types.map((type) => type ?? {}) : [];
}

/** Leaves out types without a valid name, which are reported. */
function nameTypes<Types extends readonly NamedType[]>(types: readonly NamedType[]) {
  const all = types.filter(({ name }) => isTypeName(name));
  const chosen = <Key extends 'view' | 'rollups'>(key: Key) =>
    Object.fromEntries(
      all.flatMap(({ name, options }) => (options?.[key] === undefined ? [] : [[name, options[key]]])),
    ) as Readonly<Record<string, NonNullable<TypeOptions[Key]>>>;
  return {
    types: Object.fromEntries(all.map(({ name, payload }) => [name, payload])) as RegistryOf<Types>,
    viewNames: chosen('view'),
    rollups: chosen('rollups'),
  };
}

/** A module in JavaScript may pass anything. */
function findEnvelopeProblems(envelope: Partial<Envelope>): readonly string[] {
  if (typeof envelope?.open !== 'function')
    return ['envelope: must be the result of a function such as nativeEnvelope(), fields() or cloudEvents()'];
  return (envelope.problems ?? []).map((problem) => `envelope: ${envelope.name}: ${problem}`);
}

function findTypesProblems(types: unknown, unknownTypes: unknown): readonly string[] {
  const isChoice = unknownTypes === 'dead-letter' || unknownTypes === 'store';
  const choice = isChoice ? [] : ["unknownTypes: must be 'dead-letter' or 'store'"];
  if (!Array.isArray(types)) return ['types: must be an array of eventType(name, schema)', ...choice];
  const isEmpty = types.length === 0 && unknownTypes !== 'store';
  return isEmpty ? ["types: none, and unknownTypes is not 'store': every event would be rejected"] : choice;
}

function findNameProblems(names: readonly string[]): readonly string[] {
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [
    ...names
      .filter((name) => !isTypeName(name))
      .map((name) => `type ${quote(name)}: the name ${typeNameRule}`),
    ...[...repeated].map((name) => `type ${quote(name)}: is defined more than once`),
  ];
}

/** The validators by name; adds what is wrong with a schema to the problems. */
function compileAll(
  types: readonly NamedType[],
  problems: string[],
): readonly (readonly [string, Validate])[] {
  return types.flatMap(({ name, payload, options }) => {
    try {
      return [[name, options?.validate ?? compileValidator(payload)] as const];
    } catch (error) {
      const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
      problems.push(`type ${quote(name)}: ${reason}`);
      return [];
    }
  });
}

/** Control characters are escaped, so that a problem is one line. */
function quote(name: string): string {
  return isTypeName(name) ? name : JSON.stringify(name);
}

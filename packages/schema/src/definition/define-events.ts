import type { TSchema } from '@sinclair/typebox';
import type { Envelope } from '../envelopes/envelope.ts';
import { nativeEnvelope } from '../envelopes/native.ts';
import { isTypeName } from '../text-rules.ts';
import { compileValidator, type Validate } from '../validate.ts';
import type { EventDefinition, UnknownTypes } from './definition.ts';

/** A type of event: its name and the schema of its payload. */
export interface NamedType<Name extends string = string, Schema extends TSchema = TSchema> {
  readonly name: Name;
  readonly payload: Schema;
  /** Replaces the validator that is compiled from the schema. */
  readonly validate?: Validate | undefined;
}

/**
 * A type of event. Names may have 1 to 255 bytes of UTF-8 without control characters.
 * @param payload a TypeBox schema, or a JSON Schema in `Type.Unsafe`
 * @param validate a validator compiled elsewhere, for schemas that Ajv's draft-07 does not read
 */
export function eventType<const Name extends string, Schema extends TSchema>(
  name: Name,
  payload: Schema,
  validate?: Validate,
): NamedType<Name, Schema> {
  return { name, payload, validate };
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

/** Defines what an event is. @throws DefinitionError that lists every problem */
export function defineEvents<const Types extends readonly NamedType[], User extends string | null = string>(
  parts: DefinitionParts<Types, User>,
): EventDefinition<RegistryOf<Types>, User> {
  const { envelope = nativeEnvelope(), types, unknownTypes = 'dead-letter' } = parts;
  const compiled = types.map((type) => [type, compile(type)] as const);
  const problems = [
    ...findProblems(envelope, types, unknownTypes),
    ...compiled.flatMap(([, validate]) => (typeof validate === 'string' ? [validate] : [])),
  ];
  if (problems.length > 0) throw new DefinitionError(problems);
  return {
    envelope: envelope as Envelope<User>,
    types: Object.fromEntries(types.map(({ name, payload }) => [name, payload])) as RegistryOf<Types>,
    validators: Object.fromEntries(
      compiled.map(([{ name }, validate]) => [name, validate as Validate] as const),
    ),
    unknownTypes,
  };
}

/** The validator of a type, or what is wrong with its schema. */
function compile({ name, payload, validate }: NamedType): Validate | string {
  if (validate !== undefined) return validate;
  try {
    return compileValidator(payload);
  } catch (error) {
    return `type ${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function findProblems(
  envelope: Envelope,
  types: readonly NamedType[],
  unknownTypes: UnknownTypes,
): readonly string[] {
  const names = types.map(({ name }) => name);
  const wrong = names.filter((name) => !isTypeName(name));
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [
    ...(envelope.problems ?? []).map((problem) => `envelope ${envelope.name}: ${problem}`),
    ...wrong.map(
      (name) => `type ${JSON.stringify(name)}: a name has 1 to 255 bytes of UTF-8 without control characters`,
    ),
    ...[...repeated].map((name) => `type ${name}: is defined more than once`),
    ...(names.length === 0 && unknownTypes !== 'store' ? ['no types: every event would be rejected'] : []),
  ];
}

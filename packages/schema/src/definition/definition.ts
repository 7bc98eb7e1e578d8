import type { Static, TSchema } from '@sinclair/typebox';
import type { AnyEvent, Envelope } from '../envelopes/envelope.ts';
import type { DeclaredRollup } from '../rollups/rollup.ts';
import type { Validate } from '../validate.ts';

/** Event types by name, each with the schema of its payload. */
export type Registry = Readonly<Record<string, TSchema>>;

/** What to do with events whose type is not in the definition. */
export type UnknownTypes = 'dead-letter' | 'store';

/** What an event is: how its parts are found in a record, and the schemas of the payloads. */
export interface EventDefinition<
  Types extends Registry = Registry,
  User extends string | null = string | null,
> {
  readonly envelope: Envelope<User>;
  readonly types: Types;
  /** Compiled schemas by type. */
  readonly validators: Readonly<Record<string, Validate>>;
  readonly unknownTypes: UnknownTypes;
  /** Names of views by type, if they are not the default. */
  readonly viewNames?: Readonly<Record<string, string>>;
  /** Roll-ups by type and name; those of other types are `x-rollups` in their schemas. */
  readonly rollups?: Readonly<Record<string, Readonly<Record<string, DeclaredRollup>>>>;
}

/** `Readonly<unknown>` would accept nothing. */
type PayloadOf<Schema extends TSchema> = unknown extends Static<Schema> ? unknown : Readonly<Static<Schema>>;

/** An event of any type of a registry: a union discriminated by `event_type`; any event if it has no types. */
export type EventOf<Types extends Registry, User extends string | null = string> = [keyof Types] extends [
  never,
]
  ? AnyEvent<User>
  : {
      [Name in keyof Types & string]: Omit<AnyEvent<User>, 'event_type' | 'payload'> & {
        readonly event_type: Name;
        readonly payload: PayloadOf<Types[Name]>;
      };
    }[keyof Types & string];

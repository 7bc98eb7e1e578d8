import type { Static, TNull, TObject, TSchema, TUnion } from '@sinclair/typebox';
import type { EventDefinition } from '../definition/definition.ts';
import type { TDateTime } from '../time/date-time-schema.ts';
import type { EnvelopeColumn } from './derive-views.ts';
import type { systemColumns } from './view-names.ts';

/**
 * A row of the view of a type, as postgres.js and node-postgres return it by default: `bigint` and `numeric`
 * are decimal text, `timestamptz` is a Date, and `jsonb` is parsed. Any member may be null, because rows of
 * earlier definitions are in the view too. `x-column` has no effect on it.
 */
export type Row<Definition extends EventDefinition, Type extends keyof Definition['types'] & string> = {
  readonly event_id: string;
  readonly event_type: Type;
  readonly event_time: Date;
  readonly user_id: Definition extends EventDefinition<Definition['types'], infer User>
    ? User
    : string | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly ingested_at: Date;
  readonly payload: unknown;
} & MemberColumns<Definition['types'][Type]>;

type MemberColumns<Payload extends TSchema> =
  Payload extends TObject<infer Members>
    ? { readonly [Name in keyof Members & string as ColumnName<Name>]: ColumnValue<Members[Name]> | null }
    : {
        readonly [Name in KeyOf<Static<Payload>> as ColumnName<Name>]: Value<
          MemberOf<Static<Payload>, Name>
        > | null;
      };

type ColumnName<Name extends string> = Name extends EnvelopeColumn | (typeof systemColumns)[number]
  ? `payload_${Name}`
  : Name;

/** The names of an object's members; of each of a union's objects. */
type KeyOf<Payload> = Payload extends object ? keyof Payload & string : never;

type MemberOf<Payload, Name extends string> = Payload extends { readonly [Key in Name]?: infer Member }
  ? Member
  : never;

type ColumnValue<Member extends TSchema> = IsTime<Member> extends true ? Date : Value<Static<Member>>;

type IsTime<Member extends TSchema> = Member extends TDateTime
  ? true
  : Member extends TUnion<infer Parts>
    ? [Exclude<Parts[number], TNull>] extends [TDateTime]
      ? true
      : false
    : false;

/** What a driver returns for a JSON value in its column. */
type Value<Json> = unknown extends Json
  ? unknown
  : [NonNullable<Json>] extends [string]
    ? NonNullable<Json>
    : [NonNullable<Json>] extends [number]
      ? string
      : [NonNullable<Json>] extends [boolean]
        ? boolean
        : Json;

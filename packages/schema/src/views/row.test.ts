import * as Type from '@sinclair/typebox/type';
import { expectTypeOf, test } from 'vitest';
import { defineEvents, eventType } from '../definition/define-events.ts';
import type { shopEvents } from '../definition/shop-events.ts';
import { fields } from '../envelopes/fields.ts';
import { dateTime } from '../time/date-time-schema.ts';
import type { Row } from './row.ts';

const definition = defineEvents({
  envelope: fields({ id: '/id', type: '/type' }),
  types: [
    eventType(
      'order',
      Type.Object({
        count: Type.Optional(Type.Integer()),
        paid: Type.Boolean(),
        by: Type.Union([Type.Literal('card'), Type.Literal('cash'), Type.Null()]),
        at: dateTime(),
        until: Type.Union([dateTime(), Type.Null()]),
        tags: Type.Array(Type.String()),
        either: Type.Union([Type.String(), Type.Number()]),
        anything: Type.Unknown(),
        payload: Type.String(),
        ctid: Type.String(),
      }),
    ),
    eventType('any', Type.Union([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Number() })])),
    eventType('text', Type.String()),
  ],
});

interface Envelope {
  readonly event_id: string;
  readonly event_time: Date;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly ingested_at: Date;
  readonly payload: unknown;
}

test('a row of a built-in type has the members of its payload as columns', () => {
  type Purchase = Row<typeof shopEvents, 'purchase'>;
  expectTypeOf<Pick<Purchase, keyof Purchase>>().toEqualTypeOf<
    Pick<
      Envelope & {
        readonly event_type: 'purchase';
        readonly user_id: string;
        readonly order_id: string | null;
        readonly amount: string | null;
        readonly currency: string | null;
      },
      keyof Purchase
    >
  >();
  expectTypeOf<Row<typeof shopEvents, 'signup'>['plan']>().toEqualTypeOf<'free' | 'pro' | 'team' | null>();
});

test('the values of a row have the types that drivers return for its columns', () => {
  type Order = Row<typeof definition, 'order'>;
  expectTypeOf<Order['user_id']>().toEqualTypeOf<string | null>();
  expectTypeOf<Order['count']>().toEqualTypeOf<string | null>();
  expectTypeOf<Order['paid']>().toEqualTypeOf<boolean | null>();
  expectTypeOf<Order['by']>().toEqualTypeOf<'card' | 'cash' | null>();
  expectTypeOf<Order['at']>().toEqualTypeOf<Date | null>();
  expectTypeOf<Order['until']>().toEqualTypeOf<Date | null>();
  expectTypeOf<Order['tags']>().toEqualTypeOf<string[] | null>();
  expectTypeOf<Order['either']>().toEqualTypeOf<string | number | null>();
  expectTypeOf<Order['anything']>().toBeUnknown();
  expectTypeOf<Order['payload']>().toBeUnknown();
  expectTypeOf<Order['payload_payload' | 'payload_ctid']>().toEqualTypeOf<string | null>();
});

test('a row has the members of each alternative, and none if the payload is no object', () => {
  type Either = Row<typeof definition, 'any'>;
  expectTypeOf<Pick<Either, 'a' | 'b'>>().toEqualTypeOf<{
    readonly a: string | null;
    readonly b: string | null;
  }>();
  expectTypeOf<keyof Row<typeof definition, 'text'>>().toEqualTypeOf<
    keyof Envelope | 'event_type' | 'user_id'
  >();
});

import fc from 'fast-check';
import type { Event } from '../definition/shop-events.ts';
import { anyCharacter } from './any-character.ts';

const time = fc
  .date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const user = fc
  .string({ unit: anyCharacter, minLength: 1, maxLength: 256 })
  .filter((text) => !text.includes('\0'));
const text = fc.string({ unit: anyCharacter });
/** Values after a JSON round trip: -0 becomes 0. */
const jsonValue = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
const amount = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });

function eventOf<const Type extends Event['event_type']>(
  type: Type,
  payload: fc.Arbitrary<Extract<Event, { event_type: Type }>['payload']>,
) {
  const others = fc.dictionary(fc.string(), jsonValue, { maxKeys: 3 });
  return fc.record({
    event_id: fc.uuid(),
    event_type: fc.constant(type),
    event_time: time,
    user_id: user,
    payload: fc.tuple(others, payload).map(([more, required]) => ({ ...more, ...required })),
  });
}

/** An event of any registered type. */
export const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  eventOf('page_view', fc.record({ path: text })),
  eventOf('search', fc.record({ query: text })),
  eventOf('add_to_cart', fc.record({ product_id: text, quantity: fc.integer({ min: 1 }), price: amount })),
  eventOf('purchase', fc.record({ order_id: text, amount, currency: fc.stringMatching(/^[A-Z]{3}$/) })),
  eventOf('signup', fc.record({ plan: fc.constantFrom('free', 'pro', 'team') })),
);

import type { Static, TObject } from '@sinclair/typebox';
import type { Envelope } from './envelope.ts';
import { addToCart } from './events/add-to-cart.ts';
import { pageView } from './events/page-view.ts';
import { purchase } from './events/purchase.ts';
import { search } from './events/search.ts';
import { signup } from './events/signup.ts';

/** Event types by name, each with the schema of its payload. */
export type Registry = Readonly<Record<string, TObject>>;

/** The registered event types. To add one, add a file to `events/` and a line here. */
export const eventTypes = {
  page_view: pageView,
  search,
  add_to_cart: addToCart,
  purchase,
  signup,
} as const satisfies Registry;

/** An event of any type of a registry: a union discriminated by `event_type`. */
export type EventOf<Types extends Registry> = {
  [Name in keyof Types & string]: Readonly<Omit<Envelope, 'event_type' | 'payload'>> & {
    readonly event_type: Name;
    readonly payload: Readonly<Static<Types[Name]>>;
  };
}[keyof Types & string];

/** An event of any registered type. */
export type Event = EventOf<typeof eventTypes>;
export type EventType = keyof typeof eventTypes;

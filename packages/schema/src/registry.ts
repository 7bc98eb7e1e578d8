import type { Registry } from './definition/definition.ts';
import { addToCart } from './events/add-to-cart.ts';
import { pageView } from './events/page-view.ts';
import { purchase } from './events/purchase.ts';
import { search } from './events/search.ts';
import { signup } from './events/signup.ts';

/** The built-in event types. To add one, add a file to `events/` and a line here. */
export const eventTypes = {
  page_view: pageView,
  search,
  add_to_cart: addToCart,
  purchase,
  signup,
} as const satisfies Registry;

/** The name of a built-in type. */
export type EventType = keyof typeof eventTypes;

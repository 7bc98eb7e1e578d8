import type { Event } from '@pipeline/schema';
import type { Product } from './catalogue.ts';
import { pick, pickInteger, pickPopular, type Random } from './random.ts';
import { createUuid7 } from './uuid.ts';

/** A visitor's session in the shop. */
interface Session {
  readonly userId: string;
  readonly currency: string;
  readonly referrer: string;
  cart: readonly CartLine[];
  product: Product | undefined;
  query: string | undefined;
  lastStep: Visit | undefined;
}

interface CartLine {
  readonly product: Product;
  readonly quantity: number;
}

/** The event types of the simulation; others may be registered. */
type Visit = 'signup' | 'search' | 'page_view' | 'add_to_cart' | 'purchase';
type Step = Visit | 'leave';

const USERS = 5_000;
const VISITORS_AT_ONCE = 200;

const currencies = ['EUR', 'EUR', 'EUR', 'USD', 'GBP', 'CHF'] as const;
const referrers = [
  'https://www.example.com/',
  'https://news.example.org/best-of',
  'direct',
  'newsletter',
] as const;
const plans = ['free', 'free', 'free', 'pro', 'team'] as const;

/** The funnel: next steps with their probabilities in percent. */
const nextSteps: Readonly<Record<Visit | 'arrive', Partial<Record<Step, number>>>> = {
  arrive: { page_view: 62, search: 30, signup: 8 },
  signup: { page_view: 60, search: 40 },
  search: { page_view: 70, search: 18, leave: 12 },
  page_view: { page_view: 44, search: 14, add_to_cart: 17, leave: 25 },
  add_to_cart: { page_view: 38, add_to_cart: 12, purchase: 36, leave: 14 },
  purchase: { leave: 70, page_view: 30 },
};

/**
 * Simulates the visitors of a shop: each call returns the next step of one of them at the given time.
 * The events depend only on the random numbers and times.
 */
export function simulateVisitors(catalogue: readonly Product[], random: Random): (timeMs: number) => Event {
  const clock = createClock();
  const visitors = Array.from({ length: VISITORS_AT_ONCE }, () => arrive(random));
  return (timeMs) => {
    const place = Math.floor(random() * visitors.length);
    const step = nextStep(visitors[place], random);
    const session = step === 'leave' ? arrive(random) : (visitors[place] ?? arrive(random));
    visitors[place] = session;
    return {
      event_id: createUuid7(timeMs, random),
      event_time: timestamp(clock(timeMs), random),
      user_id: session.userId,
      ...takeStep(session, step === 'leave' ? 'page_view' : step, catalogue, random),
    } as Event;
  };
}

function arrive(random: Random): Session {
  return {
    userId: `user-${pickPopular(random, USERS)}`,
    currency: pick(random, currencies),
    referrer: pick(random, referrers),
    cart: [],
    product: undefined,
    query: undefined,
    lastStep: undefined,
  };
}

function nextStep(session: Session | undefined, random: Random): Step {
  const step = pickWeighted(nextSteps[session?.lastStep ?? 'arrive'], random() * 100);
  return step === 'purchase' && session?.cart.length === 0 ? 'page_view' : step;
}

function pickWeighted(weights: Partial<Record<Step, number>>, chance: number): Step {
  let left = chance;
  for (const [step, weight] of Object.entries(weights) as [Step, number][]) {
    left -= weight;
    if (left < 0) return step;
  }
  return 'leave';
}

function takeStep(session: Session, type: Visit, catalogue: readonly Product[], random: Random) {
  session.lastStep = type;
  return { event_type: type, payload: payloads[type](session, catalogue, random) };
}

/** RFC 3339 with microseconds. */
function timestamp(millisecond: string, random: Random): string {
  return `${millisecond}${String(1_000 + Math.floor(random() * 1_000)).slice(1)}Z`;
}

/**
 * Caches the text of the current millisecond: many events share it, and formatting it dominates their cost.
 */
function createClock(): (timeMs: number) => string {
  let last = { timeMs: Number.NaN, text: '' };
  return (timeMs) => {
    if (timeMs !== last.timeMs) last = { timeMs, text: new Date(timeMs).toISOString().slice(0, -1) };
    return last.text;
  };
}

type MakePayload = (session: Session, catalogue: readonly Product[], random: Random) => Event['payload'];

const payloads: Readonly<Record<Visit, MakePayload>> = {
  signup: (_, __, random) => ({ plan: pick(random, plans) }),
  search: (session, catalogue, random) => {
    const product = pickProduct(catalogue, random);
    session.query = (random() < 0.6 ? product.name : product.category).toLowerCase();
    return { query: session.query, results: pickInteger(random, 0, 48) };
  },
  page_view: (session, catalogue, random) => {
    const isLanding = session.query === undefined && session.product === undefined;
    if (isLanding && random() < 0.5) return { path: '/', referrer: session.referrer };
    session.product = pickProduct(catalogue, random);
    return { path: `/${session.product.category}/${session.product.id}`, referrer: session.referrer };
  },
  add_to_cart: (session, catalogue, random) => {
    const product = session.product ?? pickProduct(catalogue, random);
    const quantity = random() < 0.8 ? 1 : pickInteger(random, 2, 4);
    session.cart = [...session.cart.slice(-9), { product, quantity }];
    return { product_id: product.id, quantity, price: product.price };
  },
  purchase: (session, _, random) => {
    const cents = session.cart.reduce(
      (sum, line) => sum + Math.round(line.product.price * 100) * line.quantity,
      0,
    );
    const items = session.cart.length;
    session.cart = [];
    const orderId = `order-${pickInteger(random, 10_000_000, 99_999_999)}`;
    return { order_id: orderId, amount: cents / 100, currency: session.currency, items };
  },
};

function pickProduct(catalogue: readonly Product[], random: Random): Product {
  const product = catalogue[pickPopular(random, catalogue.length)];
  if (product === undefined) throw new RangeError('the catalogue is empty');
  return product;
}

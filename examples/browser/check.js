import { purchase } from './node_modules/@pipeline/schema/dist/standalone.js';

/** What is wrong with the fields of the form; undefined when they make a purchase. */
export function problemOf({ user_id, order_id, amount, currency }) {
  const event = {
    event_id: crypto.randomUUID(),
    event_type: 'purchase',
    event_time: new Date().toISOString(),
    user_id,
    payload: { order_id, amount: amount === '' ? null : Number(amount), currency },
  };
  if (purchase(event)) return undefined;
  const [error] = purchase.errors;
  return `${error.instancePath.split('/').at(-1)} ${error.message}`;
}

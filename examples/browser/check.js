import { purchase } from './node_modules/@pipeline/schema/dist/standalone.js';

/** The error in the fields of the form, or undefined if they are a valid purchase. */
export function errorMessage({ user_id, order_id, amount, currency }) {
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

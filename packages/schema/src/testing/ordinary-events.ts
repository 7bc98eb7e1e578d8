import { validMembers, writeEvent } from './event-text.ts';

/** Payloads of each built-in type. */
export const ordinaryPayloads: readonly (readonly [type: string, payload: string])[] = [
  ['page_view', '{"path":"/ä","referrer":"direct","more":[{"a":null}]}'],
  ['search', '{"query":""}'],
  ['add_to_cart', '{"product_id":"p","quantity":2,"price":9.95}'],
  ['purchase', '{"order_id":"o","amount":0,"currency":"EUR"}'],
  ['signup', '{"plan":"free"}'],
];

const times = ['0001-01-01T00:00:00Z', '2024-12-31T23:59:59.9-15:59', '9999-02-28T09:30:12.345678+00:00'];
const users = ['user-42', 'ü€😀', 'x'.repeat(256)];

/** Texts of ordinary events, also as Python writes them. @param random returns numbers in [0, 1) */
export function* ordinaryEvents(random: () => number): Generator<string, never> {
  const choose = <Value>(values: readonly Value[], otherwise: Value) =>
    values[Math.floor(random() * values.length)] ?? otherwise;
  while (true) {
    const [type, payload] = choose(ordinaryPayloads, ['search', '']);
    const [event_time, user_id] = [`"${choose(times, '')}"`, `"${choose(users, '')}"`];
    const text = writeEvent({ ...validMembers, event_type: `"${type}"`, event_time, user_id, payload });
    yield random() < 0.2 ? text.replaceAll(',"', ', "').replaceAll('":', '": ') : text;
  }
}

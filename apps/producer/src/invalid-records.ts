import type { Event, Reason } from '@pipeline/schema';
import { pickInteger, type Random } from './random.ts';

/** Makes an invalid record value from a valid event. */
type Spoil = (event: Event, random: Random) => Buffer | null;

/**
 * One per reason that a single record can have; `too_large` is used rarely, because of its size.
 */
export const spoilers: Readonly<Record<Exclude<Reason, 'conflicting_event'>, Spoil>> = {
  empty: (_, random) => (random() < 0.5 ? null : Buffer.alloc(0)),
  too_large: (event) => json({ ...event, payload: { ...event.payload, note: 'x'.repeat(1_005_000) } }),
  not_utf8: (event) => Buffer.concat([json(event), Buffer.from([0xff, 0xfe])]),
  not_json: (event, random) => cutShort(json(event), random),
  not_an_event: ({ user_id, ...rest }) => json(rest),
  unknown_event_type: (event) => json({ ...event, event_type: 'teleport' }),
  invalid_payload: (event) => json({ ...event, payload: { path: 404 }, event_type: 'page_view' }),
  refused_by_database: (event) => json({ ...event, payload: { ...event.payload, note: 'a\u0000b' } }),
};

const usual = Object.entries(spoilers).flatMap(([reason, spoil]) => (reason === 'too_large' ? [] : [spoil]));
const LARGE_ONE_IN = 500;

/** An invalid value of a random kind. */
export function spoilEvent(event: Event, random: Random): Buffer | null {
  if (random() < 1 / LARGE_ONE_IN) return spoilers.too_large(event, random);
  const spoil = usual[pickInteger(random, 0, usual.length - 1)] ?? spoilers.not_json;
  return spoil(event, random);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function cutShort(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, pickInteger(random, 1, bytes.length - 1));
}

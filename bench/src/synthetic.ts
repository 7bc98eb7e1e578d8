import { createHash } from 'node:crypto';
import type { OutgoingRecord } from '@pipeline/kafka';

/** Order of event ids: ascending like UUIDv7, or random like UUIDv4. */
export type IdOrder = 'ordered' | 'random';

/** Composition of a synthetic topic. */
export interface Mixture {
  readonly ids: IdOrder;
  /** Share of records that are not events, 0 to 1. */
  readonly invalid: number;
  /** Share of events that Postgres refuses, 0 to 1: `jsonb` cannot store U+0000. */
  readonly refused: number;
  /** Approximate size of a value; the envelope takes about 200 bytes. */
  readonly bytes: number;
}

const SECOND = 1_000;
const START = Date.parse('2026-11-24T09:00:00Z');

/** The record at a position; deterministic. */
export function recordAt(position: number, mixture: Mixture): OutgoingRecord {
  const key = Buffer.from(`user-${position % 1_000}`);
  if (position % 100 < 100 * mixture.invalid) return { key, value: Buffer.from('{"not":"an event"}') };
  return { key, value: Buffer.from(JSON.stringify(eventAt(position, mixture))) };
}

function eventAt(position: number, { ids, bytes, refused }: Mixture) {
  const path = '/'.padEnd(Math.max(1, bytes - 200), 'products/');
  return {
    event_id: ids === 'ordered' ? orderedId(position) : randomId(position),
    event_type: 'page_view',
    event_time: new Date(START + (position % 600) * SECOND).toISOString(),
    user_id: `user-${position % 1_000}`,
    // Counted from the other end than invalid records, so that both shares can be combined.
    payload: { path: 99 - (position % 100) < 100 * refused ? `${path}\0` : path },
  };
}

/** Added to positions, so that the topic's ids do not collide with those of rows stored in advance. */
export const EARLIER = 1_000_000_000;

function orderedId(position: number): string {
  return `0198c5b0-7c1e-7000-8000-${(position + EARLIER).toString(16).padStart(12, '0')}`;
}

function randomId(position: number): string {
  return createHash('md5')
    .update(String(position + EARLIER))
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The same ids in SQL, computed from the series value `i`. */
export const idInSql: Readonly<Record<IdOrder, string>> = {
  ordered: "('0198c5b0-7c1e-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid",
  random: 'md5(i::text)::uuid',
};

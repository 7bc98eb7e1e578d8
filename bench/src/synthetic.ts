import { createHash } from 'node:crypto';
import type { OutgoingRecord } from '@pipeline/kafka';

/** How the ids of events follow each other: as those of UUIDv7 do, or as those of UUIDv4 do. */
export type IdOrder = 'ordered' | 'random';

/** What a topic is filled with. */
export interface Mixture {
  readonly ids: IdOrder;
  /** Records that are not events, from 0 to 1. */
  readonly invalid: number;
  /** Events that Postgres refuses, from 0 to 1: it keeps no text with a character of code 0. */
  readonly refused: number;
  /** Of the value, about; the envelope takes some 200 of them. */
  readonly bytes: number;
}

const SECOND = 1_000;
const START = Date.parse('2026-11-24T09:00:00Z');

/** The record at a position: the same one whenever it is asked for. */
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
    // From the other end than the invalid ones, so that both may be asked for.
    payload: { path: 99 - (position % 100) < 100 * refused ? `${path}\0` : path },
  };
}

/** What comes before the positions of any topic: rows that are stored already, and share no id with what comes. */
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

/** The same ids in SQL, of the numbers of a series `i`. */
export const idInSql: Readonly<Record<IdOrder, string>> = {
  ordered: "('0198c5b0-7c1e-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid",
  random: 'md5(i::text)::uuid',
};

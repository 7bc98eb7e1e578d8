import type { OutgoingRecord } from '@pipeline/kafka';
import { randomAt } from './random.ts';

/** Part of every key, header and value: it must not appear in a log, a metric or an error. */
export const CANARY = 'canary';

/** `EVENT_MAX_BYTES` of consumers of planned records, so that records that are too large remain cheap. */
export const PLANNED_MAX_BYTES = 20_000;

/** A valid event, as it must be stored. */
interface PlannedEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly userId: string;
  readonly note: string;
}

/** A valid event, a duplicate of an earlier one, or an invalid record with its reason. */
export type Planned =
  | { readonly kind: 'event'; readonly event: PlannedEvent }
  | { readonly kind: 'duplicate'; readonly of: number; readonly event: PlannedEvent }
  | { readonly kind: 'bad'; readonly reason: string };

const BAD_SHARE = 0.01;
const DUPLICATE_SHARE = 0.01;
/** Maximum distance between a duplicate and its original, in positions. */
const DUPLICATE_DISTANCE = 500;

/** Invalid values with their reasons. Only Postgres rejects the last one. */
const badValues: readonly (readonly [string, (event: PlannedEvent) => Buffer | null])[] = [
  ['empty', () => null],
  ['empty', () => Buffer.alloc(0)],
  ['too_large', () => Buffer.alloc(PLANNED_MAX_BYTES + 1, `${CANARY} `)],
  ['not_utf8', () => Buffer.concat([Buffer.from(CANARY), Buffer.from([0xff])])],
  ['not_json', ({ note }) => Buffer.from(`{"${note}":`)],
  ['not_an_event', ({ note }) => Buffer.from(JSON.stringify({ [note]: note }))],
  ['unknown_event_type', (event) => toValue({ ...event, eventType: `${CANARY}_type` })],
  ['invalid_payload', (event) => toValue(event, { path: 7, query: 7, order_id: 7 })],
  ['refused_by_database', (event) => toValue(event, { ...validPayload(event), trap: `${CANARY}\0` })],
];

/**
 * The planned record at a position: events of three types, spread over the minutes of an hour, about 1 %
 * invalid records of all kinds and 1 % duplicates. A pure function, so that tests store only
 * positions.
 */
export function plannedAt(seed: number, position: number): Planned {
  const dice = randomAt(seed, position);
  if (dice < BAD_SHARE) return { kind: 'bad', reason: badAt(dice)[0] };
  const event = plannedEvent(seed, position);
  const of = position - 1 - Math.floor(randomAt(~seed, position) * DUPLICATE_DISTANCE);
  const isDuplicate = dice < BAD_SHARE + DUPLICATE_SHARE && of >= 0;
  if (!isDuplicate || randomAt(seed, of) < BAD_SHARE + DUPLICATE_SHARE) return { kind: 'event', event };
  return { kind: 'duplicate', of, event: plannedEvent(seed, of) };
}

/** The record to send for a position. Half of the duplicates have a different key than the original. */
export function recordAt(seed: number, position: number): OutgoingRecord {
  const planned = plannedAt(seed, position);
  const headers = { trace: `${CANARY}-header` };
  if (planned.kind === 'bad') {
    const [, createValue] = badAt(randomAt(seed, position));
    return { key: badKey(position), value: createValue(plannedEvent(seed, position)), headers };
  }
  const isMoved = planned.kind === 'duplicate' && position % 2 === 0;
  const key = isMoved ? `${CANARY}-moved-${position}` : planned.event.userId;
  return { key: Buffer.from(key), value: toValue(planned.event), headers };
}

/** Identifies an invalid record regardless of its value. */
function badKey(position: number): Buffer {
  return Buffer.from(`${CANARY}-key-${position}`);
}

/** The position of an invalid record, from its key; undefined for other keys. */
export function badPosition(key: Buffer | null): number | undefined {
  const found = new RegExp(`^${CANARY}-key-(\\d+)$`).exec(String(key));
  return found === null ? undefined : Number(found[1]);
}

/** A UUID that sorts by position within its seed. */
export function eventIdAt(seed: number, position: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return `${hex(seed >>> 0, 8)}-0000-4000-8000-${hex(position, 12)}`;
}

/** The position of an event, from its id. */
export function eventPosition(eventId: string): number {
  return Number.parseInt(eventId.slice(-12), 16);
}

function badAt(dice: number) {
  const entry = badValues[Math.floor((dice / BAD_SHARE) * badValues.length)];
  if (entry === undefined) throw new RangeError(`no invalid value for ${dice}`);
  return entry;
}

function plannedEvent(seed: number, position: number): PlannedEvent {
  return {
    eventId: eventIdAt(seed, position),
    eventType: eventTypes[position % eventTypes.length] ?? 'page_view',
    userId: `${CANARY}-user-${position % 97}`,
    note: `${CANARY}-note-${position}`,
  };
}

const eventTypes = ['page_view', 'search', 'purchase'];
/** More than the limit of some of the roll-ups (`createEveryRollup`). */
const currencies = ['EUR', 'USD', 'GBP', 'CHF', 'SEK'];
/** Every eleventh purchase has an amount that is too precise for a roll-up. */
const TOO_PRECISE = 11;
/** A prime, so that the amounts of consecutive purchases differ widely. */
const AMOUNTS = 100_003;
const FIRST_MINUTE = Date.UTC(2026, 0, 1);

/** Valid for each of these types. */
function validPayload({ eventId }: PlannedEvent): object {
  const position = eventPosition(eventId);
  const purchase = Math.floor(position / eventTypes.length);
  return {
    path: '/',
    query: 'shoes',
    order_id: `order-${position}`,
    amount: purchase % TOO_PRECISE === 0 ? 1e-21 : ((position * 7_919) % AMOUNTS) / 100,
    currency: currencies[purchase % currencies.length],
  };
}

function toValue(planned: PlannedEvent, payload = validPayload(planned)): Buffer {
  const { eventId, eventType, userId, note } = planned;
  const minute = eventPosition(eventId) % 60;
  const event = {
    event_id: eventId,
    event_type: eventType,
    event_time: new Date(FIRST_MINUTE + minute * 60_000).toISOString(),
    user_id: userId,
    payload: { ...payload, note },
  };
  return Buffer.from(JSON.stringify(event));
}

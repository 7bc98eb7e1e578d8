import type { OutgoingRecord } from '@pipeline/kafka';
import { randomAt } from './random.ts';

/** What an event holds: none of it may appear in a log, a metric or an error. */
export const CANARY = 'canary';

/** Consumers of planned records are started with this limit, so that a record that is too large stays cheap. */
export const PLANNED_MAX_BYTES = 20_000;

/** A good event, as it must be stored. */
interface PlannedEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly userId: string;
  readonly note: string;
}

/** What stands at a position of the plan: a good event, one that was sent before, or a bad record with its reason. */
export type Planned =
  | { readonly kind: 'event'; readonly event: PlannedEvent }
  | { readonly kind: 'duplicate'; readonly of: number; readonly event: PlannedEvent }
  | { readonly kind: 'bad'; readonly reason: string };

const BAD_SHARE = 0.01;
const DUPLICATE_SHARE = 0.01;
/** A duplicate repeats one of the last so many positions. */
const DUPLICATE_REACH = 500;

/** Every way to be wrong, with the value of a record that is. The last one is good in every eye but Postgres's. */
const badValues: readonly (readonly [string, (event: PlannedEvent) => Buffer | null])[] = [
  ['empty', () => null],
  ['empty', () => Buffer.alloc(0)],
  ['too_large', () => Buffer.alloc(PLANNED_MAX_BYTES + 1, `${CANARY} `)],
  ['not_utf8', () => Buffer.concat([Buffer.from(CANARY), Buffer.from([0xff])])],
  ['not_json', ({ note }) => Buffer.from(`{"${note}":`)],
  ['not_an_event', ({ note }) => Buffer.from(JSON.stringify({ [note]: note }))],
  ['unknown_event_type', (event) => toValue({ ...event, eventType: `${CANARY}_type` })],
  ['invalid_payload', (event) => toValue(event, { path: 7, query: 7, plan: 7 })],
  ['refused_by_database', (event) => toValue(event, { ...goodPayload, trap: `${CANARY}\0` })],
];

/**
 * What stands at a position of a seed's endless plan: events of three types over an hour's minutes, about 1 % bad
 * records of every kind, 1 % duplicates. Pure, so that nobody needs to remember what was sent, only how far.
 */
export function plannedAt(seed: number, position: number): Planned {
  const dice = randomAt(seed, position);
  if (dice < BAD_SHARE) return { kind: 'bad', reason: badAt(dice)[0] };
  const event = plannedEvent(seed, position);
  const of = position - 1 - Math.floor(randomAt(~seed, position) * DUPLICATE_REACH);
  const isDuplicate = dice < BAD_SHARE + DUPLICATE_SHARE && of >= 0;
  if (!isDuplicate || randomAt(seed, of) < BAD_SHARE + DUPLICATE_SHARE) return { kind: 'event', event };
  return { kind: 'duplicate', of, event: plannedEvent(seed, of) };
}

/** The record to send for a position. Half of the duplicates have another key, hence mostly another partition. */
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

/** The key by which a bad record is known, whatever its value. */
function badKey(position: number): Buffer {
  return Buffer.from(`${CANARY}-key-${position}`);
}

/** The position of a bad record by its key; undefined for any other key. */
export function badPosition(key: Buffer | null): number | undefined {
  const found = new RegExp(`^${CANARY}-key-(\\d+)$`).exec(String(key));
  return found === null ? undefined : Number(found[1]);
}

/** A UUID that sorts by position within its seed. */
export function eventIdAt(seed: number, position: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return `${hex(seed >>> 0, 8)}-0000-4000-8000-${hex(position, 12)}`;
}

/** The position of an event by its id. */
export function eventPosition(eventId: string): number {
  return Number.parseInt(eventId.slice(-12), 16);
}

function badAt(dice: number) {
  const entry = badValues[Math.floor((dice / BAD_SHARE) * badValues.length)];
  if (entry === undefined) throw new RangeError(`no bad value for ${dice}`);
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

const eventTypes = ['page_view', 'search', 'signup'];
/** Has what each of these types asks for. */
const goodPayload = { path: '/', query: 'shoes', plan: 'free' };
const FIRST_MINUTE = Date.UTC(2026, 0, 1);

function toValue({ eventId, eventType, userId, note }: PlannedEvent, payload: object = goodPayload): Buffer {
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

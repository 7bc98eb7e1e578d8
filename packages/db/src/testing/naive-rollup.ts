import type { Rollup } from '@pipeline/schema';
import { type Decimal, decimalOf, memberAt, scalarText } from './exact-json.ts';

/** A stored event, as a recount reads it. */
export interface StoredEvent {
  readonly type: string;
  /** Microseconds since 1970. */
  readonly time: bigint;
  /** The payload as Postgres returns it. */
  readonly payload: unknown;
}

/** A group of a roll-up: its value as an exact decimal, and its counts. */
export interface NaiveGroup {
  value: Decimal | null;
  events: bigint;
  leftOut: bigint;
}

const MICROSECONDS_PER_MINUTE = 60_000_000n;
const MAX_KEY = 200;

/**
 * Groups events one by one, independently of the statements under test.
 * @param admitted the keys that are kept, as JSON
 * @returns the groups by bucket (minutes since 1970) and key
 */
export function rollUpNaively(
  rollup: Rollup,
  events: readonly StoredEvent[],
  admitted: ReadonlySet<string>,
): ReadonlyMap<string, NaiveGroup> {
  const groups = new Map<string, NaiveGroup>();
  for (const { payload, time } of events.filter(({ type }) => type === rollup.eventType)) {
    const key = keyOf(rollup, payload);
    const name = `${bucketOf(rollup, time)} ${key !== null && admitted.has(key) ? key : 'other'}`;
    const group = groups.get(name) ?? { value: null, events: 0n, leftOut: 0n };
    groups.set(name, group);
    add(rollup, group, payload);
  }
  return groups;
}

/** The key of an event as JSON; null if it is too long. */
export function keyOf({ dimensions }: Rollup, payload: unknown): string | null {
  const parts = dimensions.map(({ path }) => scalarText(memberAt(payload, path)));
  return parts.some((part) => part !== null && [...part].length > MAX_KEY) ? null : JSON.stringify(parts);
}

function bucketOf({ bucketMinutes }: Rollup, time: bigint): bigint {
  const length = BigInt(bucketMinutes);
  return floor(time, MICROSECONDS_PER_MINUTE * length) * length;
}

function floor(dividend: bigint, divisor: bigint): bigint {
  return (dividend - (((dividend % divisor) + divisor) % divisor)) / divisor;
}

function add({ aggregate, member }: Rollup, group: NaiveGroup, payload: unknown): void {
  const number = member === null ? undefined : decimalOf(memberAt(payload, member));
  if (aggregate !== 'count' && number === undefined) {
    group.leftOut++;
    return;
  }
  group.events++;
  if (number === undefined) return;
  const { value } = group;
  if (value === null) group.value = number;
  else if (aggregate === 'sum') group.value = value + number;
  else if (aggregate === 'min' ? number < value : number > value) group.value = number;
}

import type { AcceptedEvent } from '@pipeline/schema';

/** Number of events of a type in a minute. */
export interface MinuteTypeCount {
  /** Any time within the minute, in a form that Postgres can parse. */
  readonly minute: string;
  readonly eventType: string;
  readonly count: number;
}

/** The counts by type alone, without those of 0. */
export function countByType(tallies: readonly MinuteTypeCount[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = Object.create(null);
  for (const { eventType, count } of tallies) counts[eventType] = (counts[eventType] ?? 0) + count;
  for (const [eventType, count] of Object.entries(counts)) if (count === 0) delete counts[eventType];
  return counts;
}

/** Events of a type whose times have the same minute and time zone. */
interface Tally {
  readonly eventType: string;
  /** The time up to the minute. */
  readonly prefix: string;
  /** The time zone. */
  readonly suffix: string;
  count: number;
}

/** Length of a time to the minute, `2026-11-24T09:30`, and to the microsecond, without its zone. */
const MINUTE = 16;
const MICROSECOND = 26;

/** Number of tallies of a type with which an event is compared before its minute is looked up as a text. */
const RECENT = 16;

/**
 * Counts events by type and minute. Compares each event with the recent tallies of its type, of which nearly always
 * one matches. Consecutive events of a partition have different minutes if there are many partitions or producers. If
 * each of them had a tally, Postgres would parse and group as many rows again as the batch has events.
 */
export class MinuteCounts {
  readonly #tallies: Tally[];
  /** By type, the last one first. */
  readonly #recent = new Map<string, Tally[]>();
  /** By time up to the minute, time zone and type. */
  readonly #known = new Map<string, Tally>();

  constructor(tallies: readonly Tally[] = []) {
    this.#tallies = [...tallies];
  }

  /** @param eventTime in RFC 3339 */
  add(eventType: string, eventTime: string): void {
    const latest = this.#recent.get(eventType)?.[0];
    const tally =
      latest !== undefined && matches(latest, eventTime) ? latest : this.#find(eventType, eventTime);
    tally.count++;
  }

  /** Like `add`, for an event whose time is compared without making a text of it. */
  addAccepted({ bytes, type, timeStart, timeEnd }: AcceptedEvent): void {
    const recent = this.#recent.get(type.name) ?? [];
    const isOf = ({ prefix, suffix }: Tally) =>
      isAt(bytes, timeStart, prefix) && endsAt(bytes, timeEnd, suffix);
    const tally = recent.find(isOf);
    if (tally === undefined)
      this.add(type.name, Buffer.from(bytes.subarray(timeStart, timeEnd)).toString('latin1'));
    else {
      tally.count++;
      if (tally !== recent[0]) moveToFront(recent, tally);
    }
  }

  /** The counts without some of the events, whose tallies are added as negative ones. */
  without(events: MinuteCounts): MinuteCounts {
    const negative = events.#tallies.map((tally) => ({ ...tally, count: -tally.count }));
    return new MinuteCounts([...this.#tallies, ...negative]);
  }

  #find(eventType: string, eventTime: string): Tally {
    const minute = minuteOf(eventTime);
    const key = `${minute.prefix}${minute.suffix}${eventType}`;
    const tally = this.#known.get(key) ?? this.#begin(key, { eventType, ...minute, count: 0 });
    const recent = this.#recent.get(eventType) ?? [];
    if (recent.unshift(tally) > RECENT) recent.pop();
    this.#recent.set(eventType, recent);
    return tally;
  }

  #begin(key: string, tally: Tally): Tally {
    this.#known.set(key, tally);
    this.#tallies.push(tally);
    return tally;
  }

  /** The counts; after `without`, a minute and type may occur several times, also with negative ones. */
  get tallies(): readonly MinuteTypeCount[] {
    return this.#tallies.map(({ eventType, prefix, suffix, count }) => ({
      minute: prefix + suffix,
      eventType,
      count,
    }));
  }
}

/** Exchanges a tally with the first one. */
function moveToFront(recent: Tally[], tally: Tally): void {
  const first = recent[0];
  if (first !== undefined) recent[recent.indexOf(tally)] = first;
  recent[0] = tally;
}

/** Whether a text of ASCII is at a position. Two times differ in their minutes more often than in their years. */
function isAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = text.length - 1; index >= 0; index--)
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

function endsAt(bytes: Uint8Array, end: number, text: string): boolean {
  return isAt(bytes, end - text.length, text);
}

function matches({ prefix, suffix }: Tally, time: string): boolean {
  return time.length <= MICROSECOND + suffix.length && time.startsWith(prefix) && time.endsWith(suffix);
}

/** Keeps a time finer than a microsecond whole: Postgres rounds it, possibly into the next minute. */
function minuteOf(time: string): Pick<Tally, 'prefix' | 'suffix'> {
  const suffix = time.slice(/[Zz]$/.test(time) ? -1 : -'+00:00'.length);
  const local = time.slice(0, -suffix.length);
  return { prefix: local.length > MICROSECOND ? local : local.slice(0, MINUTE), suffix };
}

import type { AcceptedEvent } from '@pipeline/schema';

/** Number of events of a type in a minute. */
export interface MinuteTypeCount {
  /** Any time within the minute, in a form that Postgres can parse. */
  readonly minute: string;
  readonly eventType: string;
  readonly count: number;
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

/**
 * Counts events by type and minute. Compares each event only with the latest tally of its type, which nearly
 * always matches; a minute that recurs later gets another tally.
 */
export class MinuteCounts {
  readonly #tallies: Tally[];
  readonly #latest = new Map<string, Tally>();

  constructor(tallies: readonly Tally[] = []) {
    this.#tallies = [...tallies];
  }

  /** @param eventTime in RFC 3339 */
  add(eventType: string, eventTime: string): void {
    const latest = this.#latest.get(eventType);
    const tally =
      latest !== undefined && matches(latest, eventTime) ? latest : this.#begin(eventType, eventTime);
    tally.count++;
  }

  /** Like `add`, for an event whose time is compared without making a text of it. */
  addAccepted(event: AcceptedEvent): void {
    const { bytes, type, timeStart, timeEnd } = event;
    const latest = this.#latest.get(type.name);
    if (
      latest !== undefined &&
      isAt(bytes, timeStart, latest.prefix) &&
      endsAt(bytes, timeEnd, latest.suffix)
    )
      latest.count++;
    else this.add(type.name, Buffer.from(bytes.subarray(timeStart, timeEnd)).toString('latin1'));
  }

  /** The counts without some of the events, whose tallies are added as negative ones. */
  without(events: MinuteCounts): MinuteCounts {
    const negative = events.#tallies.map((tally) => ({ ...tally, count: -tally.count }));
    return new MinuteCounts([...this.#tallies, ...negative]);
  }

  #begin(eventType: string, eventTime: string): Tally {
    const tally = { eventType, ...minuteOf(eventTime), count: 0 };
    this.#latest.set(eventType, tally);
    this.#tallies.push(tally);
    return tally;
  }

  /** The counts; the same minute and type may occur several times, also with negative ones. */
  get tallies(): readonly MinuteTypeCount[] {
    return this.#tallies.map(({ eventType, prefix, suffix, count }) => ({
      minute: prefix + suffix,
      eventType,
      count,
    }));
  }
}

/** Whether a text of ASCII is at a position. */
function isAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++)
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

/** So many events of a type in a minute; the minute as any text that Postgres reads as a time in it. */
export interface MinuteTypeCount {
  readonly minute: string;
  readonly eventType: string;
  readonly count: number;
}

/** Events of one type whose times are alike: what the texts of the times begin and end with, and how many there are. */
interface Kind {
  readonly eventType: string;
  readonly prefix: string;
  readonly suffix: string;
  count: number;
}

/** The length of `2026-11-24T09:30`, and of a time to the microsecond without its zone. */
const MINUTE = 16;
const MICROSECOND = 26;

/**
 * Counts events by type and minute. Nearly always an event is of the kind of the one of its type before it; a kind that
 * comes again later is counted anew, so that nothing has to be looked up.
 */
export class MinuteCounts {
  readonly #kinds: Kind[] = [];
  readonly #latest = new Map<string, Kind>();

  /** @param eventTime of RFC 3339 */
  add(eventType: string, eventTime: string): void {
    const latest = this.#latest.get(eventType);
    const kind =
      latest !== undefined && isOfKind(latest, eventTime) ? latest : this.#begin(eventType, eventTime);
    kind.count++;
  }

  #begin(eventType: string, eventTime: string): Kind {
    const kind = { eventType, ...minuteOf(eventTime), count: 0 };
    this.#latest.set(eventType, kind);
    this.#kinds.push(kind);
    return kind;
  }

  /** How many events there are of each kind; a minute may come more than once. */
  get tallies(): readonly MinuteTypeCount[] {
    return this.#kinds.map(({ eventType, prefix, suffix, count }) => ({
      minute: prefix + suffix,
      eventType,
      count,
    }));
  }
}

function isOfKind({ prefix, suffix }: Kind, time: string): boolean {
  return time.length <= MICROSECOND + suffix.length && time.startsWith(prefix) && time.endsWith(suffix);
}

/** Postgres rounds what is finer than a microsecond, perhaps up into the next minute: such a time is a kind of its own. */
function minuteOf(time: string): Pick<Kind, 'prefix' | 'suffix'> {
  const suffix = time.slice(/[Zz]$/.test(time) ? -1 : -'+00:00'.length);
  const local = time.slice(0, -suffix.length);
  return { prefix: local.length > MICROSECOND ? local : local.slice(0, MINUTE), suffix };
}

/** Number of events of a type in a minute. */
export interface MinuteTypeCount {
  /** Counted from 1970, UTC. */
  readonly minute: number;
  readonly eventType: string;
  readonly count: number;
}

/** The counts by type alone. */
export function countByType(tallies: readonly MinuteTypeCount[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = Object.create(null);
  for (const { eventType, count } of tallies) counts[eventType] = (counts[eventType] ?? 0) + count;
  return counts;
}

type Tally = { -readonly [Member in keyof MinuteTypeCount]: MinuteTypeCount[Member] };

/** Counts events by type and minute. */
export class MinuteCounts {
  readonly #tallies: Tally[] = [];
  /** By type, then by minute. */
  readonly #known = new Map<string, Map<number, Tally>>();
  /** The last one of each type, which is nearly always the next one. */
  readonly #latest = new Map<string, Tally>();

  /** @param count may be negative */
  add(eventType: string, minute: number, count = 1): void {
    const latest = this.#latest.get(eventType);
    const tally = latest?.minute === minute ? latest : this.#find(eventType, minute);
    tally.count += count;
  }

  /** The counts without some of the events. */
  without(events: MinuteCounts): MinuteCounts {
    const rest = new MinuteCounts();
    for (const { eventType, minute, count } of this.#tallies) rest.add(eventType, minute, count);
    for (const { eventType, minute, count } of events.#tallies) rest.add(eventType, minute, -count);
    return rest;
  }

  #find(eventType: string, minute: number): Tally {
    const ofType = this.#known.get(eventType) ?? new Map<number, Tally>();
    const tally = ofType.get(minute) ?? { minute, eventType, count: 0 };
    if (!ofType.has(minute)) this.#tallies.push(tally);
    this.#known.set(eventType, ofType.set(minute, tally));
    this.#latest.set(eventType, tally);
    return tally;
  }

  /** The counts, without those of 0, a minute and type once each. */
  get tallies(): readonly MinuteTypeCount[] {
    return this.#tallies.filter(({ count }) => count !== 0);
  }
}

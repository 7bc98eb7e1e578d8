import type { AnyEvent, DecodeResult, NoEvent } from '@pipeline/schema';
import { EventIds } from './event-ids.ts';

/** What would become of a record, without its content. */
export type Outcome =
  | {
      readonly kind: 'event';
      readonly eventId: string;
      readonly eventType: string;
      readonly eventTime: string;
    }
  | ({ readonly kind: 'rejected' } & Problem)
  | { readonly kind: 'skipped' };

/** Why records are rejected. Contains no value of a record other than its type. */
export interface Problem {
  readonly reason: string;
  readonly eventType: string | null;
  /** JSON Pointer; '' is the whole record. */
  readonly path: string;
  readonly message: string;
}

/** An outcome, and where the record is: `TOPIC:PARTITION:OFFSET`, or a line of a file. */
export interface PlacedOutcome {
  readonly place: string;
  readonly outcome: Outcome;
}

/** What would become of a number of records. The most frequent types and problems come first. */
export interface CheckReport {
  readonly schemaVersion: 1;
  readonly records: number;
  /** Events, without the duplicates if they are counted. */
  readonly stored: readonly StoredType[];
  /** Records with the `event_id` of an earlier one; null if there are too many events to remember their ids. */
  readonly duplicates: number | null;
  readonly rejected: readonly (Problem & { readonly count: number; readonly example: string })[];
  /** Records that are no events by design. */
  readonly skipped: number;
  /** What the numbers do not show; only if duplicates are not counted. */
  readonly note?: string;
}

/** The events of a type. The times are RFC 3339. */
interface StoredType {
  readonly eventType: string;
  readonly count: number;
  readonly earliest: string;
  readonly latest: string;
}

/** The outcome of a decoded record. */
export function outcomeOf(result: DecodeResult<AnyEvent> | NoEvent): Outcome {
  if (result.ok) {
    const { event_id: eventId, event_type: eventType, event_time: eventTime } = result.event;
    return { kind: 'event', eventId, eventType, eventTime };
  }
  const { reason, eventType, path, message } = result;
  return reason === null ? { kind: 'skipped' } : { kind: 'rejected', reason, eventType, path, message };
}

const NOT_COUNTED = 'duplicates are not counted, and are among the stored: there are too many events';

/** Counts the outcomes of records, added in the order in which they would be stored. */
export class CheckTally {
  /** Undefined once there are too many events. */
  #ids: EventIds | undefined;
  readonly #stored = new Map<string, StoredType>();
  readonly #repeated = new Map<string, StoredType>();
  readonly #rejected = new Map<string, CheckReport['rejected'][number]>();
  readonly #counts = { records: 0, skipped: 0 };

  /** @param maxIds number of events up to which duplicates are counted */
  constructor(maxIds?: number) {
    this.#ids = new EventIds(maxIds);
  }

  add({ outcome, place }: PlacedOutcome): void {
    this.#counts.records++;
    if (outcome.kind === 'skipped') this.#counts.skipped++;
    else if (outcome.kind === 'rejected') addProblem(this.#rejected, outcome, place);
    else this.#addEvent(outcome);
  }

  #addEvent({ eventId, eventType, eventTime }: Extract<Outcome, { readonly kind: 'event' }>): void {
    const isNew = this.#ids?.add(eventId);
    if (isNew === undefined) this.#ids = undefined;
    const events = { eventType, count: 1, earliest: eventTime, latest: eventTime };
    addEvents(isNew === false ? this.#repeated : this.#stored, events);
  }

  /** Whether the ids of all events could be remembered. */
  get countsDuplicates(): boolean {
    return this.#ids !== undefined;
  }

  /** @param countsDuplicates whether to count them apart from the stored events, if they have been counted */
  report(countsDuplicates = this.countsDuplicates): CheckReport {
    const isCounted = countsDuplicates && this.countsDuplicates;
    const repeated = [...this.#repeated.values()];
    const stored = new Map(this.#stored);
    if (!isCounted) for (const events of repeated) addEvents(stored, events);
    const { records, skipped } = this.#counts;
    return {
      ...{ schemaVersion: 1, records, stored: mostFrequentFirst(stored) },
      duplicates: isCounted ? repeated.reduce((sum, { count }) => sum + count, 0) : null,
      ...{ rejected: mostFrequentFirst(this.#rejected), skipped },
      ...(isCounted ? {} : { note: NOT_COUNTED }),
    };
  }
}

/** Counts the outcomes of records, given in the order in which they would be stored. */
export function reportOf(outcomes: readonly PlacedOutcome[]): CheckReport {
  const tally = new CheckTally();
  for (const one of outcomes) tally.add(one);
  return tally.report();
}

function addEvents(all: Map<string, StoredType>, { eventType, count, earliest, latest }: StoredType): void {
  const known = all.get(eventType) ?? { count: 0, earliest, latest };
  all.set(eventType, {
    eventType,
    count: known.count + count,
    earliest: Date.parse(earliest) < Date.parse(known.earliest) ? earliest : known.earliest,
    latest: Date.parse(latest) > Date.parse(known.latest) ? latest : known.latest,
  });
}

function addProblem(
  rejected: Map<string, CheckReport['rejected'][number]>,
  { reason, eventType, path, message }: Problem,
  place: string,
): void {
  const key = JSON.stringify([reason, eventType, path, message]);
  const { count, example } = rejected.get(key) ?? { count: 0, example: place };
  rejected.set(key, { reason, eventType, path, message, count: count + 1, example });
}

function mostFrequentFirst<One extends { readonly count: number }>(groups: ReadonlyMap<string, One>) {
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

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
  readonly stored: readonly StoredType[];
  /** Records with the `event_id` of an earlier one. */
  readonly duplicates: number;
  readonly rejected: readonly (Problem & { readonly count: number; readonly example: string })[];
  /** Records that are no events by design. */
  readonly skipped: number;
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

/** Counts the outcomes of records, added in the order in which they would be stored. */
export class CheckTally {
  readonly #ids = new EventIds();
  readonly #stored = new Map<string, StoredType>();
  readonly #rejected = new Map<string, CheckReport['rejected'][number]>();
  readonly #counts = { records: 0, duplicates: 0, skipped: 0 };

  /** @throws UserError if there are too many events to remember */
  add({ outcome, place }: PlacedOutcome): void {
    this.#counts.records++;
    if (outcome.kind === 'skipped') this.#counts.skipped++;
    else if (outcome.kind === 'rejected') addProblem(this.#rejected, outcome, place);
    else if (this.#ids.add(outcome.eventId)) addEvent(this.#stored, outcome.eventType, outcome.eventTime);
    else this.#counts.duplicates++;
  }

  get report(): CheckReport {
    return {
      schemaVersion: 1,
      ...this.#counts,
      stored: mostFrequentFirst(this.#stored),
      rejected: mostFrequentFirst(this.#rejected),
    };
  }
}

/** Counts the outcomes of records, given in the order in which they would be stored. */
export function reportOf(outcomes: readonly PlacedOutcome[]): CheckReport {
  const tally = new CheckTally();
  for (const one of outcomes) tally.add(one);
  return tally.report;
}

function addEvent(stored: Map<string, StoredType>, eventType: string, time: string): void {
  const { count, earliest, latest } = stored.get(eventType) ?? { count: 0, earliest: time, latest: time };
  stored.set(eventType, {
    eventType,
    count: count + 1,
    earliest: Date.parse(time) < Date.parse(earliest) ? time : earliest,
    latest: Date.parse(time) > Date.parse(latest) ? time : latest,
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

import type { AnyEvent, DecodeResult, NoEvent } from '@pipeline/schema';
import { type CheckReport, CheckTally, outcomeOf, type Problem } from './check-report.ts';

/** What a definition makes of a record. */
export type Decoding = DecodeResult<AnyEvent> | NoEvent;

/** What a definition does with records of a group. Contains no value of a record other than its type. */
type Verdict =
  | { readonly outcome: 'stored'; readonly eventType: string }
  | ({ readonly outcome: 'rejected' } & Problem)
  | { readonly outcome: 'skipped' };

/** Records with which two definitions do different things, all of them the same two. */
interface Difference {
  readonly present: Verdict;
  readonly candidate: Verdict;
  /** The columns in which the rows differ, if both definitions store the record. */
  readonly columns: readonly string[];
  readonly count: number;
  /** The first records: `TOPIC:PARTITION:OFFSET`. */
  readonly examples: readonly string[];
}

/** What two definitions make of the same records. The most frequent differences come first. */
export interface ComparisonReport {
  readonly schemaVersion: 1;
  readonly present: CheckReport;
  readonly candidate: CheckReport;
  readonly differences: readonly Difference[];
  /** Number of records with differences that are not listed, because there are too many kinds. */
  readonly unlisted: number;
}

const MAX_EXAMPLES = 10;
const MAX_KINDS = 1_000;

/** Compares what two definitions make of records, added in the order in which they would be stored. */
export class DefinitionComparison {
  readonly #present: CheckTally;
  readonly #candidate: CheckTally;
  readonly #differences = new Map<string, Difference>();
  #unlisted = 0;

  /** @param maxIds number of events of a definition up to which duplicates are counted */
  constructor(maxIds?: number) {
    this.#present = new CheckTally(maxIds);
    this.#candidate = new CheckTally(maxIds);
  }

  /** @param place `TOPIC:PARTITION:OFFSET` */
  add(present: Decoding, candidate: Decoding, place: string): void {
    this.#present.add({ outcome: outcomeOf(present), place });
    this.#candidate.add({ outcome: outcomeOf(candidate), place });
    const kind = { present: verdictOf(present), candidate: verdictOf(candidate) };
    const columns = differingColumns(present, candidate);
    const key = JSON.stringify([kind.present, kind.candidate, columns]);
    if (columns.length === 0 && JSON.stringify(kind.present) === JSON.stringify(kind.candidate)) return;
    const known = this.#differences.get(key);
    if (known === undefined && this.#differences.size === MAX_KINDS) this.#unlisted++;
    else
      this.#differences.set(key, withExample(known ?? { ...kind, columns, count: 0, examples: [] }, place));
  }

  /** Duplicates are counted for both definitions or for neither, so that their sums can be compared. */
  get report(): ComparisonReport {
    const countsDuplicates = this.#present.countsDuplicates && this.#candidate.countsDuplicates;
    return {
      schemaVersion: 1,
      present: this.#present.report(countsDuplicates),
      candidate: this.#candidate.report(countsDuplicates),
      differences: [...this.#differences.values()].sort((a, b) => b.count - a.count),
      unlisted: this.#unlisted,
    };
  }
}

function withExample(difference: Difference, place: string): Difference {
  const { count, examples } = difference;
  const isShort = examples.length < MAX_EXAMPLES;
  return { ...difference, count: count + 1, examples: isShort ? [...examples, place] : examples };
}

function verdictOf(decoding: Decoding): Verdict {
  if (decoding.ok) return { outcome: 'stored', eventType: decoding.event.event_type };
  const { reason, eventType, path, message } = decoding;
  return reason === null ? { outcome: 'skipped' } : { outcome: 'rejected', reason, eventType, path, message };
}

/** Empty unless both definitions store the record. */
function differingColumns(present: Decoding, candidate: Decoding): readonly string[] {
  if (!present.ok || !candidate.ok) return [];
  const [a, b] = [rowOf(present), rowOf(candidate)];
  return Object.keys(a).filter((column) => a[column] !== b[column]);
}

function rowOf({ event, payloadJson, attributesJson }: Extract<Decoding, { readonly ok: true }>) {
  const { event_id, event_type, event_time, user_id } = event;
  const columns = { event_id, event_type, event_time: toInstant(event_time), user_id };
  const row: Readonly<Record<string, string | null | undefined>> = {
    ...columns,
    payload: payloadJson,
    attributes: attributesJson,
  };
  return row;
}

/** A text that two times in RFC 3339 have in common if they are the same instant, to the last digit. */
function toInstant(time: string): string {
  const [, head = '', digits = '', zone = ''] = /^(.{19})(?:\.(\d+))?(.+)$/.exec(time) ?? [];
  return `${Date.parse(`${head}${zone}`.toUpperCase())}.${digits.replace(/0+$/, '')}`;
}

import {
  type ClusterAdmin,
  type DecodeLimits,
  type LogSlice,
  partitionName,
  splitSlice,
} from '@pipeline/kafka';
import { type RecordPace, UserError } from '@pipeline/runtime';
import type { ReplayRange } from './plan.ts';
import type { Reach } from './reach.ts';
import type { ReplayedRange } from './report.ts';

/** Maximum number of records per step, and per transaction of a replay. */
const STEP_RECORDS = 2_000;

/** What reading ranges works with. */
export interface RangeParts {
  readonly admin: Pick<ClusterAdmin, 'readRange'>;
  readonly reach: Pick<Reach, 'kafka'>;
  readonly limits: DecodeLimits;
  readonly pace: RecordPace;
  /** Ends the reading between two steps. */
  readonly signal: AbortSignal;
  /** Works on consecutive records of a range; called again only once it has resolved. */
  readonly onStep: (range: ReplayRange, step: LogSlice) => Promise<void>;
  /** @param share from 0 to 1 */
  readonly onProgress: (share: number) => void;
}

/** Ranges that are read one after another, so that duplicates are met in the same order each time. */
export class RangeReader {
  readonly #ranges: readonly ReplayRange[];
  readonly #parts: RangeParts;
  /** The first offset that has not been read, by range. */
  readonly #next = new Map<ReplayRange, bigint>();

  constructor(ranges: readonly ReplayRange[], parts: RangeParts) {
    this.#ranges = ranges;
    this.#parts = parts;
  }

  /** Ends early after a stop signal. @throws UserError for a permanent error */
  async readAll(): Promise<void> {
    const { reach, signal } = this.#parts;
    try {
      for (const range of this.#ranges) await reach.kafka(() => this.#read(range));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Continues after the last step that was completed. */
  async #read(range: ReplayRange): Promise<void> {
    const { admin, limits, signal, pace, onStep, onProgress } = this.#parts;
    const { ledger, to } = range;
    const rest = { topic: ledger.topic, partition: ledger.partition, start: this.#nextOf(range), end: to };
    for await (const slice of admin.readRange(rest, limits))
      for (const step of splitSlice(slice, STEP_RECORDS)) {
        signal.throwIfAborted();
        await onStep(range, step);
        this.#next.set(range, step.end);
        onProgress(this.#share());
        await pace.wait(step.records.length);
      }
    if (this.#nextOf(range) < to) throw truncated(range, this.#nextOf(range));
  }

  #nextOf(range: ReplayRange): bigint {
    return this.#next.get(range) ?? range.from;
  }

  #share(): number {
    const all = this.#ranges.reduce((sum, { from, to }) => sum + to - from, 0n);
    const done = this.#ranges.reduce((sum, range) => sum + this.#nextOf(range) - range.from, 0n);
    return Number(done) / Number(all);
  }

  /** How far the ranges have been read. */
  get read(): readonly ReplayedRange[] {
    return this.#ranges.map((range) => ({
      ...{ topic: range.ledger.topic, partition: range.ledger.partition },
      ...{ from: String(range.from), to: String(range.to), next: String(this.#nextOf(range)) },
    }));
  }
}

function truncated({ ledger }: ReplayRange, next: bigint): UserError {
  return new UserError(
    `the log of ${partitionName(ledger)} was truncated while it was read, and ends at ${next}`,
    'replay again when the consumer has read the present log',
  );
}

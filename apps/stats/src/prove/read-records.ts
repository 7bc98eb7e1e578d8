import {
  type ClusterAdmin,
  type DecodeLimits,
  kafkaErrorType,
  type LogSlice,
  splitSlice,
} from '@pipeline/kafka';
import { backoffMs, defaultBackoff, pause, type SystemErrors, UserError } from '@pipeline/runtime';
import { placeOf } from './finding.ts';
import { type Judged, type JudgeParts, judgeSlice } from './judge-slice.ts';
import type { ProvenPartition } from './plan.ts';
import type { Journal } from './settle/journal.ts';
import { afterExpired, afterSlice, nextPartition, type ProofState, withCounts } from './state.ts';

export interface ReadParts {
  readonly admin: Pick<ClusterAdmin, 'readRange'>;
  readonly fetchLogStart: (partition: ProvenPartition) => Promise<bigint>;
  readonly judge: Omit<JudgeParts, 'limitOf'>;
  readonly journal: Journal;
  readonly limits: DecodeLimits;
  /** Maximum size of a fetch; undefined is the default. */
  readonly fetchBytes: number | undefined;
  /** Resolves when this many records may have been read. */
  readonly wait: (records: number) => Promise<void>;
  /** Called with the state after each slice. */
  readonly onProgress: (state: ProofState) => void;
  /** Called with a line when Kafka does not respond. */
  readonly say: (line: string) => void;
  /** Those of Kafka. */
  readonly errors: SystemErrors;
  readonly signal: AbortSignal;
}

/**
 * Reads and judges everything that the plan has left; retries while Kafka does not respond.
 * @returns the state at the end
 * @throws the signal's reason, after a last call of `onProgress`
 */
export async function readRecords(parts: ReadParts, initial: ProofState): Promise<ProofState> {
  let state = initial;
  while (state.index < state.plan.partitions.length) {
    state = await readPartition(parts, state);
    state = nextPartition(state);
  }
  return state;
}

/** While Postgres compares some slices, the next one is fetched and sorted. */
async function readPartition(parts: ReadParts, initial: ProofState): Promise<ProofState> {
  const reader = new PartitionReader(parts, initial);
  for (let failures = 0; ; failures++) {
    const before = reader.state.next;
    try {
      await reader.read();
      return reader.state;
    } catch (error) {
      if (reader.state.next > before) failures = 0;
      await recover(parts, reader, error, failures);
    }
  }
}

/** @throws the error unless reading may go on */
async function recover(
  { fetchLogStart, errors, say, signal }: ReadParts,
  reader: PartitionReader,
  error: unknown,
  failures: number,
): Promise<void> {
  if (kafkaErrorType(error) === 'OFFSET_OUT_OF_RANGE')
    return reader.expire(await fetchLogStart(reader.partition));
  if (signal.aborted || !errors.isTransientError(error)) throw errors.toUserError(error);
  if (failures === 0) say(`waiting for Kafka: ${errors.describeError(error)}`);
  await pause(backoffMs(defaultBackoff, failures + 1, Math.random()), signal);
}

/** Maximum number of records that one query compares. */
const QUERY_RECORDS = 5_000;

/** Maximum number of slices that are judged at a time. Two are compared, by as many connections. */
const MAX_JUDGED = 4;

/** Reads a partition from the state's next offset on. */
class PartitionReader {
  state: ProofState;
  readonly #parts: ReadParts;
  readonly #limits: bigint[];
  /** The slices that are being judged. */
  readonly #accepting: Promise<void>[] = [];

  constructor(parts: ReadParts, state: ProofState) {
    this.#parts = parts;
    this.state = state;
    this.#limits = [...state.limits];
  }

  get partition(): ProvenPartition {
    return this.state.plan.partitions[this.state.index] as ProvenPartition;
  }

  /** @throws errors of Kafka and Postgres; what was judged before is in the state */
  async read(): Promise<void> {
    const { admin, limits, fetchBytes, signal } = this.#parts;
    const { topic, partition, to } = this.partition;
    const range = { topic, partition, start: this.state.next, end: to };
    try {
      for await (const slice of admin.readRange(range, limits, fetchBytes))
        for (const part of splitSlice(slice, QUERY_RECORDS)) {
          signal.throwIfAborted();
          await this.#judge(part);
          await this.#parts.wait(part.records.length);
        }
    } finally {
      await this.#acceptAll();
    }
    if (this.state.next < to) throw truncated(this.partition, this.state.next);
  }

  /** Retention has deleted records before they were read. @throws UserError if the log is another one */
  expire(logStart: bigint): void {
    if (logStart <= this.state.next || logStart > this.partition.to)
      throw truncated(this.partition, this.state.next);
    this.#advance(afterExpired(this.state, logStart));
  }

  /** Resolves when few enough slices are being judged. They are accepted in their order. */
  async #judge(slice: LogSlice): Promise<void> {
    if (slice.unreadable !== undefined) return await this.#skip(slice);
    if (this.#accepting.length >= MAX_JUDGED) await this.#accepting.shift();
    const judging = judgeSlice(this.#judgeParts(), this.partition, this.state.index, slice);
    const [before] = this.#accepting.slice(-1);
    const accepting = Promise.all([judging, before]).then(([judged]) => this.#accept(judged, slice.end));
    accepting.catch(() => {});
    this.#accepting.push(accepting);
  }

  async #acceptAll(): Promise<void> {
    await this.#accepting.splice(0).at(-1);
  }

  async #skip({ start, end }: LogSlice): Promise<void> {
    await this.#acceptAll();
    this.#advance({ ...withCounts(this.state, { unreadable: Number(end - start) }), next: end });
  }

  #judgeParts(): JudgeParts {
    return { ...this.#parts.judge, limitOf: (before) => this.#limitOf(before) };
  }

  #limitOf(before: bigint): number {
    const found = this.#limits.indexOf(before);
    return found >= 0 ? found : this.#limits.push(before) - 1;
  }

  #accept(judged: Judged, next: bigint): void {
    this.#parts.journal.add(judged.entries);
    this.#advance({ ...afterSlice(this.state, judged, next), limits: [...this.#limits] });
  }

  #advance(state: ProofState): void {
    this.state = state;
    this.#parts.onProgress(state);
  }
}

function truncated(partition: ProvenPartition, next: bigint): UserError {
  return new UserError(
    `the log of ${placeOf(partition, next)} was truncated, or its topic recreated, while it was read`,
    'start the proof again when the consumer has read it',
  );
}

import type { TopicPartition } from './admin.ts';
import { RecordBuffer, type Slice, type SliceLimits } from './record-buffer.ts';

/** Partitions of one topic. */
interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/**
 * Between the fetcher, which puts records in, and the loops that write them: `room` holds the fetcher back,
 * `take` holds a loop back until there is work.
 */
export class FetchQueue {
  readonly #buffer: RecordBuffer;
  readonly #maxBytes: number;
  #changed = Promise.withResolvers<void>();
  #out = 0;
  #end: { readonly error?: unknown } | undefined;

  constructor(limits: SliceLimits, maxBytes: number) {
    this.#buffer = new RecordBuffer(limits);
    this.#maxBytes = maxBytes;
  }

  /** How many slices are being worked on. */
  get out(): number {
    return this.#out;
  }

  /** Resolves when more may be put in. */
  async room(): Promise<void> {
    while (this.#buffer.bytes >= this.#maxBytes && this.#end === undefined) await this.#changed.promise;
  }

  /** Resolves when no slice of these partitions is being worked on; or with false, when the intake has ended. */
  async settled({ topic, partitions }: TopicPartitions): Promise<boolean> {
    const isBusy = (partition: number) => this.#buffer.isBusy({ topic, partition });
    while (partitions.some(isBusy) && this.#end === undefined) await this.#changed.promise;
    return this.#end === undefined;
  }

  put(chunk: Slice): void {
    this.#buffer.push(chunk);
    this.#notify();
  }

  /** Lets nothing more of a partition through, until `clear`. */
  close(partition: TopicPartition): void {
    this.#buffer.close(partition);
    this.#notify();
  }

  /** Whatever waits will be fetched again. */
  clear(): void {
    this.#buffer.clear();
    this.#notify();
  }

  /**
   * The next slice, or undefined once the intake has ended.
   * @throws the error that it ended with
   */
  async take(): Promise<Slice | undefined> {
    for (;;) {
      if (this.#end !== undefined) return this.#throwOrStop(this.#end);
      const slice = this.#buffer.take();
      if (slice !== undefined) {
        this.#out++;
        this.#notify();
        return slice;
      }
      await this.#changed.promise;
    }
  }

  /** The slice is done with: the next one of its partition may be taken. */
  release(slice: Slice): void {
    this.#out--;
    this.#buffer.release(slice);
    this.#notify();
  }

  /** No more slices: the loops end, with the error if there is one. The first end counts. */
  end(end: { readonly error?: unknown } = {}): void {
    this.#end ??= end;
    this.#notify();
  }

  #throwOrStop(end: { readonly error?: unknown }): undefined {
    if (end.error !== undefined) throw end.error;
    return undefined;
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicPartition } from './admin.ts';

/** How far a partition is done. */
export interface OffsetCommit extends Pick<TopicPartition, 'partition'> {
  readonly nextOffset: bigint;
  /** The assignment under which its records were taken. */
  readonly epoch: number;
}

export interface OffsetCommitsOptions {
  /** Sends commits of several partitions in one request. */
  readonly send: (commits: readonly OffsetCommit[]) => Promise<void>;
  /** Waits until it may be tried again. @throws what will not pass */
  readonly recover: (error: unknown, tries: number) => Promise<void>;
  /** What did not pass; nothing is sent any more. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * At rest a batch is a record or two, and to commit each by itself would cost the brokers more than the records do.
 * Whoever dies meanwhile leaves so much more to be read again.
 */
const PACE_MS = 20;

/** Commits on their way to Kafka: one request at a time and one each 20 ms, with all that was done since the last. */
export class OffsetCommits {
  readonly #options: OffsetCommitsOptions;
  readonly #waiting = new Map<number, OffsetCommit>();
  #sending: Promise<void> | undefined;
  #tries = 0;
  #answered = Promise.withResolvers<void>();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: OffsetCommitsOptions) {
    this.#options = options;
  }

  /** Takes a commit; resolves at once, or, while Kafka takes none, when it does again. */
  async add(commit: OffsetCommit): Promise<void> {
    if (this.#failure !== undefined) return;
    this.#waiting.set(commit.partition, commit);
    this.#sending ??= this.#sendAll().catch((error) => this.#fail(error));
    if (this.#tries > 0) await this.#answered.promise;
  }

  /** Resolves when nothing is on its way. @throws what did not pass */
  async settled(): Promise<void> {
    await this.#sending;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const commits = [...this.#waiting.values()];
      this.#waiting.clear();
      await this.#send(commits);
      await sleep(PACE_MS);
    }
    this.#sending = undefined;
  }

  /** What could not be sent goes with what is done by the next try. */
  async #send(commits: readonly OffsetCommit[]): Promise<void> {
    try {
      await this.#options.send(commits);
      this.#tries = 0;
      this.#answer();
    } catch (error) {
      for (const commit of commits) {
        if (!this.#waiting.has(commit.partition)) this.#waiting.set(commit.partition, commit);
      }
      await this.#options.recover(error, ++this.#tries);
    }
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#sending = undefined;
    this.#options.onFailure(error);
    this.#answer();
  }

  /** Lets go of whoever waits: others may bring commits without end. */
  #answer(): void {
    this.#answered.resolve();
    this.#answered = Promise.withResolvers();
  }
}

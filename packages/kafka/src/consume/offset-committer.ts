import { setTimeout as sleep } from 'node:timers/promises';
import type { Assignment, OffsetCommit } from './assignment.ts';

export interface OffsetCommitterOptions {
  /** Sends the commits of several partitions in one request. */
  readonly send: (commits: readonly OffsetCommit[]) => Promise<void>;
  /** Waits before the next attempt. @throws the error if it is permanent */
  readonly recover: (error: unknown, tries: number) => Promise<void>;
  /** Called once with the error that ended all commits. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * At low traffic a batch holds one or two records; committing each one would cost the broker more than
 * fetching it. A crash re-reads at most the last 20 ms.
 */
const PACE_MS = 20;

/** Commits the completed offsets of an assignment: one request at a time, at most one every 20 ms. */
export class OffsetCommitter {
  readonly #assignment: Pick<Assignment, 'uncommitted'>;
  readonly #options: OffsetCommitterOptions;
  /** Undefined while there is nothing to commit; stays rejected after a permanent error. */
  #sending: Promise<void> | undefined;
  #tries = 0;
  #answered = Promise.withResolvers<void>();

  constructor(assignment: Pick<Assignment, 'uncommitted'>, options: OffsetCommitterOptions) {
    this.#assignment = assignment;
    this.#options = options;
  }

  /** Starts a commit. Resolves at once; while commits fail, it resolves once they succeed again. */
  async request(): Promise<void> {
    if (this.#sending === undefined && this.#assignment.uncommitted().length > 0) {
      this.#sending = this.#sendAll();
      this.#sending.catch(() => {});
    }
    if (this.#tries > 0) await this.#answered.promise;
  }

  /** Resolves when everything completed is committed. @throws the error that ended all commits */
  async settled(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    try {
      while (this.#assignment.uncommitted().length > 0) {
        await this.#send(this.#assignment.uncommitted());
        await sleep(PACE_MS);
      }
      this.#sending = undefined;
    } catch (error) {
      this.#options.onFailure(error);
      throw error;
    } finally {
      // The offsets of a failed request may have been revoked: then no answer to another one wakes the callers.
      this.#wake();
    }
  }

  /** A failed request is not repeated: its offsets are still uncommitted, and part of the next one. */
  async #send(commits: readonly OffsetCommit[]): Promise<void> {
    try {
      await this.#options.send(commits);
    } catch (error) {
      return await this.#options.recover(error, ++this.#tries);
    }
    for (const { owner, offset } of commits) owner.acknowledge(offset);
    this.#wake();
  }

  /** Wakes all waiting callers: the queue may never drain, because other loops keep adding to it. */
  #wake(): void {
    this.#tries = 0;
    this.#answered.resolve();
    this.#answered = Promise.withResolvers();
  }
}

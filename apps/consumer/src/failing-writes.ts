/** The writes that are being retried. */
export class FailingWrites {
  readonly #startedAt = new Set<{ readonly ms: number }>();

  /** Records the first failure of a write. Call the returned function when the write has ended. */
  begin(): () => void {
    const failure = { ms: performance.now() };
    this.#startedAt.add(failure);
    return () => void this.#startedAt.delete(failure);
  }

  /** Milliseconds since the oldest of these writes has failed for the first time; 0 if there is none. */
  get longestMs(): number {
    const [oldest] = this.#startedAt;
    return oldest === undefined ? 0 : performance.now() - oldest.ms;
  }
}

/** The limit on the share of dead letters. */
export interface DeadLetterLimit {
  /** The maximum share, from 0 to 1; 0 disables the limit. */
  readonly ratio: number;
  /**
   * The number of recent records per partition that the share is computed over; the limit applies once it is
   * reached.
   */
  readonly window: number;
}

interface Outcome {
  readonly records: number;
  readonly deadLetters: number;
}

/** Tracks the share of dead letters per partition. */
export interface LimitWatch {
  /** Counts a batch. */
  add(partition: string, outcome: Outcome): void;
  /** Counts records of the last batch that became dead letters only when they were written. */
  addRefused(partition: string, count: number): void;
  /** The share of dead letters among the recent records if it exceeds the limit, else undefined. */
  exceeded(partition: string): number | undefined;
}

/**
 * Detects that most records of a partition are invalid. Then a deployment is usually at fault, and pausing is
 * better than filling the DLQ. The window consists of whole batches: the fewest that hold at least `window`
 * records.
 */
export function createLimitWatch({ ratio, window }: DeadLetterLimit): LimitWatch {
  const windows = new Map<string, SlidingWindow>();
  const windowOf = (partition: string) => {
    const found = windows.get(partition) ?? new SlidingWindow(window);
    windows.set(partition, found);
    return found;
  };
  return {
    add: (partition, outcome) => windowOf(partition).add(outcome),
    addRefused: (partition, count) => windowOf(partition).addRefused(count),
    exceeded(partition) {
      const { records, deadLetters } = windowOf(partition);
      const share = deadLetters / records;
      return ratio > 0 && records >= window && share > ratio ? share : undefined;
    },
  };
}

/** The recent outcomes and their running sums: at low traffic the window holds thousands of small batches. */
class SlidingWindow implements Outcome {
  readonly #size: number;
  readonly #outcomes: Outcome[] = [];
  records = 0;
  deadLetters = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(outcome: Outcome): void {
    this.#outcomes.push(outcome);
    this.#count(outcome, 1);
    for (let oldest = this.#surplus(); oldest !== undefined; oldest = this.#surplus()) {
      this.#outcomes.shift();
      this.#count(oldest, -1);
    }
  }

  addRefused(count: number): void {
    const last = this.#outcomes.pop();
    if (last !== undefined) this.#outcomes.push({ ...last, deadLetters: last.deadLetters + count });
    this.deadLetters += count;
  }

  /** The oldest outcome, if the others still fill the window. */
  #surplus(): Outcome | undefined {
    const [oldest] = this.#outcomes;
    return oldest !== undefined && this.records - oldest.records >= this.#size ? oldest : undefined;
  }

  #count({ records, deadLetters }: Outcome, sign: 1 | -1): void {
    this.records += sign * records;
    this.deadLetters += sign * deadLetters;
  }
}

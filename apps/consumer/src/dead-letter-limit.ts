/** How many dead letters are too many. */
export interface DeadLetterLimit {
  /** The share, from 0 to 1, that may not be passed; 0 allows any. */
  readonly ratio: number;
  /** The last so many records of a partition that the share is taken of; no verdict before there are as many. */
  readonly window: number;
}

interface Outcome {
  readonly records: number;
  readonly deadLetters: number;
}

/** Watches what becomes of a partition's records. */
export interface LimitWatch {
  /** Counts a batch. Returns the share of dead letters among the last records when it passes the limit. */
  passedBy(partition: string, outcome: Outcome): number | undefined;
}

/**
 * Notices when bad data has become the rule: then a deploy is wrong, not ten thousand events, and filling the
 * dead letters with them helps nobody. The window counts whole batches: at least `window` records, and no batch more
 * than that takes.
 */
export function createLimitWatch({ ratio, window }: DeadLetterLimit): LimitWatch {
  const recent = new Map<string, SlidingWindow>();
  return {
    passedBy(partition, outcome) {
      const outcomes = recent.get(partition) ?? new SlidingWindow(window);
      recent.set(partition, outcomes);
      outcomes.add(outcome);
      const share = outcomes.deadLetters / outcomes.records;
      return ratio > 0 && outcomes.records >= window && share > ratio ? share : undefined;
    },
  };
}

/** The last outcomes and their sums, kept up: at rest a batch is a record or two, and a window holds thousands of them. */
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
    for (let oldest = this.#spare(); oldest !== undefined; oldest = this.#spare()) {
      this.#outcomes.shift();
      this.#count(oldest, -1);
    }
  }

  /** The oldest outcome, where the window is full without it. */
  #spare(): Outcome | undefined {
    const [oldest] = this.#outcomes;
    return oldest !== undefined && this.records - oldest.records >= this.#size ? oldest : undefined;
  }

  #count({ records, deadLetters }: Outcome, sign: 1 | -1): void {
    this.records += sign * records;
    this.deadLetters += sign * deadLetters;
  }
}

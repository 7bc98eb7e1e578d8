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
  const recent = new Map<string, readonly Outcome[]>();
  return {
    passedBy(partition, outcome) {
      const outcomes = forget([...(recent.get(partition) ?? []), outcome], window);
      recent.set(partition, outcomes);
      const total = sum(outcomes);
      const share = total.deadLetters / total.records;
      return ratio > 0 && total.records >= window && share > ratio ? share : undefined;
    },
  };
}

/** Drops the oldest outcomes that the window does not need. */
function forget(outcomes: readonly Outcome[], window: number): readonly Outcome[] {
  const [oldest] = outcomes;
  const isSpare = oldest !== undefined && sum(outcomes).records - oldest.records >= window;
  return isSpare ? forget(outcomes.slice(1), window) : outcomes;
}

function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (total, { records, deadLetters }) => ({
      records: total.records + records,
      deadLetters: total.deadLetters + deadLetters,
    }),
    { records: 0, deadLetters: 0 },
  );
}

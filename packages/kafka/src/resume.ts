/** What is known of a partition in the place where its records go. */
export interface Ledger {
  /** Everything below is accounted for. */
  readonly nextOffset: bigint;
  /** It spoke of a former topic of the same name, and begins again with the new one. */
  readonly isRestarted: boolean;
}

/** The ends of a partition's log, and how far Kafka's group and the ledger have come; undefined: the group never committed. */
export interface Standing {
  readonly logStart: bigint;
  readonly logEnd: bigint;
  readonly committed: bigint | undefined;
  readonly ledger: bigint;
}

/**
 * Where reading a partition resumes: at the lower of Kafka's committed offset and the ledger, for a ledger that is
 * behind means that the database was put back to an older state, and a group that is behind means a replay, which is
 * harmless. Never below the start of the log: what retention took is gone, and is counted as skipped. Beyond the end
 * there is another log than the one that was read (the topic was made anew): it is read from its start.
 */
export function resumeOffset({ logStart, logEnd, committed, ledger }: Standing): bigint {
  const group = committed ?? logStart;
  const lower = ledger < group ? ledger : group;
  return lower < logStart || lower > logEnd ? logStart : lower;
}

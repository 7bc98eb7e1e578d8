/** One of two members or two partitions. */
export type Index = 0 | 1;
export const both: readonly Index[] = [0, 1];

/** A partition's log: offsets below `start` were removed. */
export interface Log {
  readonly start: number;
  /** Indexes of `records` from offset 0 on. */
  readonly records: readonly number[];
  /** Leader epoch of each offset. */
  readonly epochs: readonly number[];
}

/** A log of one leader. */
export function logOf(records: readonly number[]): Log {
  return { start: 0, records, epochs: records.map(() => 0) };
}

export interface LedgerRow {
  readonly topicId: number;
  /** The topic before; a ledger does not go back to it. */
  readonly formerTopicId: number | null;
  readonly start: number;
  readonly next: number;
  readonly resets: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly conflicting: number;
  readonly deadLettered: number;
  readonly skipped: number;
  /** The column `log_tail`, as JSON. */
  readonly tail: string | null;
}

/** The tables. Sets are sorted lists. */
export interface Tables {
  readonly events: readonly number[];
  /** Those of them that were stored with the other content. */
  readonly changed: readonly number[];
  /** Sum of the aggregates. */
  readonly counted: number;
  /** Records in `dlq_events`, and those of them that are redriven. */
  readonly deadLetters: readonly number[];
  readonly redriven: readonly number[];
  readonly ledgers: readonly (LedgerRow | null)[];
  /** Events that a purge has removed. */
  readonly purged: readonly number[];
}

/**
 * The response to a statement: a result, the rows that are dead letters already, a unique violation (`dup`), a
 * refusal (`no`), stored dead letters that a message does not expect (`unseen`), or a missing ledger.
 */
export type Response =
  | {
      readonly found: number;
      readonly resets: number;
      readonly tail: string | null;
      readonly stored: number;
      readonly dead: number;
      readonly conflicting: number;
    }
  | { readonly known: readonly number[] }
  | 'dup'
  | 'no'
  | 'unseen'
  | 'missing';

/** A slice that a loop works on. */
export interface Work {
  readonly from: number;
  readonly records: readonly number[];
  readonly epochs: readonly number[];
  /** The writer's state when the write began. */
  readonly expected: number;
  readonly resets: number;
  readonly tail: string | null;
  readonly tolerant: boolean;
  /** Responses so far; the real writer is run on them again to get the next statement. */
  readonly responses: readonly Response[];
  /** Whether everything is written, dead letters included. */
  readonly isDone: boolean;
}

export interface Owned {
  readonly state: 'locating' | 'reading' | 'paused' | 'revoked';
  readonly position: number;
  readonly completed: number;
  readonly committed: number;
  readonly epoch: number | null;
  readonly doubt: string | null;
}

/** One partition in a process. `work` belongs to `owned`, or to a former assignment (`isRetired`). */
export interface Place {
  readonly owned: Owned | null;
  readonly work: Work | null;
  readonly isRetired: boolean;
  /** The writer's position; null before the ledger was opened. */
  readonly expected: number | null;
  readonly resets: number;
  readonly tail: string | null;
}

/** Offsets as a member last looked them up. */
interface Looked {
  readonly topicId: number;
  readonly bounds: readonly (readonly [start: number, end: number, committed: number | null])[];
}

export interface Member {
  /** The generation that it joined last. */
  readonly generation: number;
  /** Whether the group no longer knows its member id. */
  readonly isExpelled: boolean;
  readonly topicId: number;
  readonly tolerant: boolean;
  readonly places: readonly Place[];
  readonly looked: Looked | null;
}

export interface Group {
  readonly generation: number;
  /** The member of each partition. */
  readonly owners: readonly Index[];
  readonly committed: readonly (number | null)[];
  /**
   * Whether that commit is older than a reset of the ledger, or was made by a member that has not noticed it:
   * Kafka accepts it for a recreated topic. It may be ahead of the ledger; the next commit corrects it.
   */
  readonly isForeign: readonly boolean[];
}

/** How often each fault may still happen. */
export type Budget = Readonly<Record<Fault, number>>;
export type Fault =
  | 'rebalance'
  | 'crash'
  | 'lostReply'
  | 'lostCommit'
  | 'restore'
  | 'recreate'
  | 'retention'
  | 'purge'
  | 'redrive'
  | 'truncate';

export interface World {
  readonly topicId: number;
  readonly logs: readonly Log[];
  readonly tables: Tables;
  /** A copy of the database, to be restored. */
  readonly copy: Tables | null;
  /**
   * Whether a restore has undone confirmed writes, and the members were restarted since, as the runbook demands:
   * until everything is read again, Kafka's commits are ahead of the ledger.
   */
  readonly restore: 'none' | 'restored' | 'restarted';
  /** A dead letter that a redrive has sent and not yet marked. */
  readonly redriving: number | null;
  readonly group: Group;
  readonly members: readonly Member[];
  readonly budget: Budget;
}

/** Replaces one element of a pair. */
export function put<Value>(values: readonly Value[], index: number, value: Value): readonly Value[] {
  return values.map((old, at) => (at === index ? value : old));
}

export function add(set: readonly number[], ...values: readonly number[]): readonly number[] {
  return [...new Set([...set, ...values])].sort((a, b) => a - b);
}

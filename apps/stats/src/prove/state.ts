import type { Finding } from './finding.ts';
import type { Judged } from './judge-slice.ts';
import { NOT_RETAINED, type Plan } from './plan.ts';
import { RecordDigest } from './receipt/record-digest.ts';
import { type Listed, list, NONE, type Read } from './settle/settle.ts';
import { addTallies, type Tally, tallyOf } from './tally.ts';

/** How far a proof is; saved as a checkpoint. */
export interface ProofState extends Read {
  /** Index of the partition that is read, and the next offset. */
  readonly index: number;
  readonly next: bigint;
  /** By partition, as text. */
  readonly digests: readonly string[];
  /** Of the journal's files. */
  readonly lengths: readonly number[];
}

/** The state before the first record. */
export function initialState(plan: Plan, strays: Listed<Finding>, lengths: readonly number[]): ProofState {
  const { partitions } = plan;
  return {
    plan,
    index: 0,
    next: partitions[0]?.from ?? 0n,
    tallies: partitions.map(() => tallyOf({})),
    digests: partitions.map(() => String(new RecordDigest())),
    unreadableEvents: partitions.map(() => NONE),
    findings: NONE,
    strays,
    limits: [],
    lengths,
  };
}

/** The state after a slice of the partition that is read. */
export function afterSlice(state: ProofState, judged: Judged, next: bigint): ProofState {
  const { index } = state;
  const digest = RecordDigest.from(state.digests[index] ?? '0'.repeat(32));
  digest.addAll(judged.digest);
  return {
    ...withCounts(state, judged.tally),
    next,
    digests: state.digests.with(index, String(digest)),
    unreadableEvents: state.unreadableEvents.with(
      index,
      list(state.unreadableEvents[index] ?? NONE, judged.unreadableEvents),
    ),
    findings: list(state.findings, judged.findings),
    strays: list(state.strays, judged.strays),
  };
}

/** The state with more counts of the partition that is read. */
export function withCounts(state: ProofState, more: Partial<Tally>): ProofState {
  const sum = addTallies([state.tallies[state.index] ?? tallyOf({}), more]);
  return { ...state, tallies: state.tallies.with(state.index, sum) };
}

/** The state at the start of the next partition. */
export function nextPartition(state: ProofState): ProofState {
  const index = state.index + 1;
  return { ...state, index, next: state.plan.partitions[index]?.from ?? 0n };
}

/** The state after offsets that were deleted before they were read. */
export function afterExpired(state: ProofState, logStart: bigint): ProofState {
  const { plan, next } = state;
  const expired = withCounts(state, { expired: Number(logStart - next) });
  return {
    ...expired,
    next: logStart,
    plan: { ...plan, rowsNotChecked: plan.rowsNotChecked ?? NOT_RETAINED },
  };
}

/** The share of the offsets that have been read, from 0 to 1. */
export function shareRead({ plan: { partitions }, index, next }: ProofState): number {
  const sizes = partitions.map(({ from, to }) => Number(to - from));
  const before = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return all === 0 ? 1 : (before + Number(next - (partitions[index]?.from ?? next))) / all;
}

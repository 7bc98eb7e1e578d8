import { expect } from 'vitest';
import type { AssignedPartition, Slice } from '../assigned-partition.ts';
import type { Assignment } from '../assignment.ts';

export const PARTITIONS = [0, 1, 2] as const;

/** What is true of a partition outside of this member. */
interface Log {
  /** Everything below is done, by this member or by another one. */
  done: number;
  /** Kafka's committed offset. */
  committed: number;
  /** The first offset that has not been handed out since reading began. */
  next: number;
}

/** The broker, the other members and the loops of a member, as an assignment sees them. */
export interface World {
  readonly logs: Map<number, Log>;
  /** Slices that loops work on. */
  readonly working: Slice[];
  /** Slices of loops that failed: these partitions hand out nothing more. */
  readonly abandoned: Slice[];
  owned: readonly AssignedPartition[];
  /** Every partition object so far: one that was lost never comes back. */
  readonly known: Set<AssignedPartition>;
  memberId: number;
}

/** A model and the real assignment, before the first rebalance. */
export function startWorld(real: Assignment): { model: World; real: Assignment } {
  const logs = new Map(PARTITIONS.map((partition) => [partition, { done: 0, committed: 0, next: 0 }]));
  return { model: { logs, working: [], abandoned: [], owned: [], known: new Set(), memberId: 0 }, real };
}

/** The log of a partition. */
export function logOf({ logs }: World, partition: number): Log {
  const log = logs.get(partition);
  if (log === undefined) throw new RangeError(`there is no partition ${partition}`);
  return log;
}

/** Whether a loop works on a slice of a partition, be it of this assignment or of a former one. */
export function isBusy({ working, abandoned }: World, partition: number): boolean {
  return [...working, ...abandoned].some(({ owner }) => owner.partition === partition);
}

/** What must hold in every state. */
export function expectInvariants(world: World, real: Assignment): void {
  const inFlight = [...world.working, ...world.abandoned];
  expect(new Set(inFlight.map(({ owner }) => owner.partition)).size).toBe(inFlight.length);
  expect(real.inFlight).toBe(inFlight.length);
  for (const { owner, offset } of real.uncommitted()) {
    expect(world.owned).toContain(owner);
    expect(Number(offset)).toBeLessThanOrEqual(logOf(world, owner.partition).done);
  }
}

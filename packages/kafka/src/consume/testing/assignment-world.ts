import { expect } from 'vitest';
import { partitionName, type TopicPartition } from '../../topic-partition.ts';
import type { AssignedPartition, Slice } from '../assigned-partition.ts';
import type { Assignment } from '../assignment.ts';

/** Of two topics, two of them with one number. */
export const PARTITIONS: readonly TopicPartition[] = [
  { topic: 'events', partition: 0 },
  { topic: 'events', partition: 1 },
  { topic: 'orders', partition: 0 },
];

/** The state of a partition outside this member. */
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
  /** By the names of the partitions. */
  readonly logs: Map<string, Log>;
  /** Slices that loops work on. */
  readonly working: Slice[];
  /** Slices of loops that failed; their partitions hand out nothing more. */
  readonly abandoned: Slice[];
  owned: readonly AssignedPartition[];
  /** Every partition object so far; a revoked one is never reused. */
  readonly known: Set<AssignedPartition>;
  memberId: number;
  /** Names of the partitions that an operator has paused. */
  paused: ReadonlySet<string>;
}

/** A model and the real assignment, before the first rebalance. */
export function startWorld(real: Assignment): { model: World; real: Assignment } {
  const logs = new Map(PARTITIONS.map((one) => [partitionName(one), { done: 0, committed: 0, next: 0 }]));
  return {
    model: { logs, working: [], abandoned: [], owned: [], known: new Set(), memberId: 0, paused: new Set() },
    real,
  };
}

/** The log of a partition. */
export function logOf({ logs }: World, partition: TopicPartition): Log {
  const log = logs.get(partitionName(partition));
  if (log === undefined) throw new RangeError(`there is no partition ${partitionName(partition)}`);
  return log;
}

/** Whether a loop works on a slice of a partition, of this assignment or an earlier one. */
export function isBusy({ working, abandoned }: World, partition: TopicPartition): boolean {
  return [...working, ...abandoned].some(({ owner }) => partitionName(owner) === partitionName(partition));
}

/** The invariants of every state. */
export function expectInvariants(world: World, real: Assignment): void {
  const inFlight = [...world.working, ...world.abandoned];
  expect(new Set(inFlight.map(({ owner }) => partitionName(owner))).size).toBe(inFlight.length);
  expect(real.inFlight).toBe(inFlight.length);
  for (const owner of world.owned) {
    if (world.paused.has(partitionName(owner))) expect(owner.state).not.toBe('reading');
  }
  for (const { owner, offset } of real.uncommitted()) {
    expect(world.owned).toContain(owner);
    expect(Number(offset)).toBeLessThanOrEqual(logOf(world, owner).done);
  }
}

import fc from 'fast-check';
import { expect } from 'vitest';
import { partitionName } from '../../topic-partition.ts';
import type { AssignedPartition } from '../assigned-partition.ts';
import type { Assignment } from '../assignment.ts';
import { expectInvariants, isBusy, logOf, PARTITIONS, type World } from './assignment-world.ts';
import { chunkOf } from './chunks.ts';

/** A command: its name in a failing run, its action and its precondition. */
function command(
  name: string,
  act: (world: World, real: Assignment) => void,
  isPossible: (world: World) => boolean = () => true,
): fc.Command<World, Assignment> {
  return {
    check: (world) => isPossible(world),
    run(world, real) {
      act(world, real);
      expectInvariants(world, real);
    },
    toString: () => name,
  };
}

const partition = fc.constantFrom(...PARTITIONS);
const count = fc.integer({ min: 0, max: 7 });

const rebalance = fc.tuple(fc.subarray([...PARTITIONS]), fc.boolean()).map(([partitions, isExpelled]) =>
  command(`rebalance(${partitions.map(partitionName)}${isExpelled ? ', expelled' : ''})`, (world, real) => {
    const held = isExpelled ? [] : world.owned.filter(({ state }) => state !== 'revoked');
    if (isExpelled) world.memberId++;
    world.owned = real.rebalance(`member ${world.memberId}`, partitions);
    for (const owner of world.owned) {
      const kept = held.find((one) => partitionName(one) === partitionName(owner));
      expect(kept === undefined ? world.known.has(owner) : kept !== owner).toBe(false);
      world.known.add(owner);
    }
  }),
);

const relocate = fc.constant(
  command('relocate', (world, real) => {
    const kept = world.owned.filter(({ state }) => state !== 'revoked');
    world.owned = real.relocate();
    expect(world.owned).toEqual(kept);
    expect(world.owned.every(({ state }) => state === 'locating')).toBe(true);
  }),
);

const stop = fc.constant(
  command('stop', (world, real) => {
    real.revokeAll();
    world.owned = [];
    world.memberId++;
  }),
);

/** Another member processes the partitions that this one does not own. */
const workElsewhere = fc.tuple(partition, count).map(([one, records]) =>
  command(
    `elsewhere(${partitionName(one)}, ${records})`,
    (world) => {
      const log = logOf(world, one);
      log.done = Math.max(log.done, log.committed + records);
      log.committed += records;
    },
    ({ owned }) => owned.every((mine) => partitionName(mine) !== partitionName(one)),
  ),
);

/** What a lookup of positions does once no slice is in flight. */
const locate = fc.constant(
  command(
    'locate',
    (world, real) => {
      for (const owner of world.owned) {
        const log = logOf(world, owner);
        log.next = log.committed;
        const isPaused = world.paused.has(partitionName(owner));
        expect(real.start(owner, BigInt(log.committed))).toBe(!isPaused);
      }
    },
    (world) =>
      world.owned.some(({ state }) => state === 'locating') &&
      !world.owned.some((owner) => isBusy(world, owner)),
  ),
);

/** Most fetches start at the end of the last one. */
const shifts = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: -4, max: 4 }));

const fetch = fc.tuple(partition, count, shifts).map(([one, records, shift]) =>
  command(`fetch(${partitionName(one)}, ${records}, ${shift})`, (_, real) => {
    const owner = real.find(one);
    if (owner === undefined) return;
    const from = Number(owner.position) + shift;
    const isAccepted = owner.accept(BigInt(from), chunkOf(from, records));
    expect(isAccepted).toBe(owner.state === 'reading' && shift === 0);
  }),
);

const take = fc.constant(
  command('take', (world, real) => {
    const slice = real.takeNext();
    if (slice === undefined) return;
    const log = logOf(world, slice.owner);
    expect(slice.owner.state).toBe('reading');
    if (slice.records.length > 0) expect(Number(slice.records[0]?.offset)).toBe(log.next);
    expect(Number(slice.nextOffset)).toBe(log.next + slice.records.length);
    log.next = Number(slice.nextOffset);
    world.working.push(slice);
  }),
);

const hasWork = ({ working }: World) => working.length > 0;

/** The write happens in any case; it changes the assignment only if this member still owns the partition. */
const complete = fc.nat({ max: 2 }).map((index) =>
  command(
    `complete(${index})`,
    (world) => {
      const slice = world.working[index % world.working.length];
      if (slice === undefined) return;
      const { owner, nextOffset } = slice;
      const isMine = owner.state !== 'revoked';
      const before = owner.completed;
      const log = logOf(world, owner);
      if (isMine) log.done = Math.max(log.done, Number(nextOffset));
      owner.complete(slice);
      expect(owner.completed).toBe(isMine ? nextOffset : before);
    },
    hasWork,
  ),
);

const release = fc.nat({ max: 2 }).map((index) =>
  command(
    `release(${index})`,
    (world, real) => {
      const [slice] = world.working.splice(index % world.working.length, 1);
      if (slice !== undefined) real.release(slice);
    },
    hasWork,
  ),
);

const fail = fc.nat({ max: 2 }).map((index) =>
  command(
    `fail(${index})`,
    (world) => {
      world.abandoned.push(...world.working.splice(index % world.working.length, 1));
    },
    hasWork,
  ),
);

const pause = partition.map((one) =>
  command(`pause(${partitionName(one)})`, (_, real) => real.find(one)?.stop('paused')),
);

/** An operator's pauses outlast rebalances. What is resumed is read once positions have been located again. */
const pauseOnly = fc.subarray([...PARTITIONS]).map((partitions) =>
  command(`pauseOnly(${partitions.map(partitionName)})`, (world, real) => {
    const names = new Set(partitions.map(partitionName));
    const isRead = ({ state }: AssignedPartition) => state === 'reading';
    const read = world.owned.filter(isRead);
    const resumed = world.owned.filter(
      (one) =>
        one.state === 'paused' && world.paused.has(partitionName(one)) && !names.has(partitionName(one)),
    );
    const change = real.pauseOnly(partitions);
    world.paused = names;
    expect(change.paused).toEqual(read.filter((one) => names.has(partitionName(one))));
    expect(change.hasResumed).toBe(resumed.length > 0);
    expect(world.owned.filter(isRead)).toEqual(read.filter((one) => !names.has(partitionName(one))));
  }),
);

/** The broker accepts a commit, its response is lost, or it rejects the member id. */
const commit = fc.constantFrom('taken', 'lost', 'expelled').map((outcome) =>
  command(`commit(${outcome})`, (world, real) => {
    for (const { owner, offset } of real.uncommitted()) {
      if (outcome === 'expelled') owner.stop('revoked');
      else logOf(world, owner).committed = Number(offset);
      if (outcome === 'taken') owner.acknowledge(offset);
    }
    if (outcome !== 'lost') expect(real.uncommitted()).toEqual([]);
  }),
);

/** Everything that can happen to an assignment. */
export const commands = [
  rebalance,
  relocate,
  stop,
  workElsewhere,
  locate,
  fetch,
  take,
  complete,
  release,
  fail,
  pause,
  pauseOnly,
  commit,
] as const;

import { Clock } from './clock.ts';
import { type Fault, faultNames } from './fault-names.ts';
import { faults, heal } from './faults.ts';
import { difference, unfinished, watch } from './invariants.ts';
import { Process } from './process.ts';
import { Random } from './random.ts';
import { type Observers, type Variant, World } from './world.ts';

/** How long faults happen, and how long the rest may take afterwards, in virtual milliseconds. */
const ACTIVE_MS = 20_000;
const DRAIN_MS = 120_000;
const TRICKLE_MS = 20_000;

/**
 * The variant of a seed is its remainder. A fault that is added belongs to the last one only: the others would decide
 * differently, and the seeds of `simulation.test.ts`, which belong to them, would no longer find their bugs.
 */
const variants: readonly Variant[] = [
  { conflicts: 'count', missesDuplicates: false, isUpgraded: false, without: ['refusal'] },
  { conflicts: 'dead-letter', missesDuplicates: false, isUpgraded: true, without: ['refusal'] },
  { conflicts: 'count', missesDuplicates: true, isUpgraded: true, without: [] },
];

export interface Simulated {
  readonly seed: number;
  readonly steps: number;
  /** Number of faults and other happenings by kind. */
  readonly counts: ReadonlyMap<string, number>;
  /** Undefined if all invariants hold. */
  readonly failure: unknown;
}

/** The program's sources of time and randomness, which the simulation provides. */
export type UseSources = (sources: { readonly clock: Clock; readonly random: () => number }) => void;

/** Simulates one seed: some processes, traffic and faults, and at the end a system without faults. */
export async function simulate(seed: number, use: UseSources, observers: Observers = {}): Promise<Simulated> {
  const clock = new Clock();
  const random = new Random(seed);
  use({ clock, random: random.next });
  const variant = variants[seed % variants.length] as Variant;
  const world = new World(clock, random, variant, (...start) => new Process(...start), observers);
  watch(world);
  schedule(world);
  world.start(2 + random.below(2));
  await run(world, () => clock.now > ACTIVE_MS);
  endFaults(world);
  await run(world, () => isDone(world) || clock.now > ACTIVE_MS + DRAIN_MS);
  const failure = world.failure ?? unfinished(world) ?? difference(world);
  countConflicts(world);
  return { seed, steps: clock.steps, counts: world.counts, failure };
}

/** The conflicting events in the tables, for the figures. */
function countConflicts(world: World): void {
  const { ledgers, deadLetters } = world.database.tables;
  const counted = [...ledgers.values()].reduce((sum, { conflicting }) => sum + conflicting, 0);
  const kept = deadLetters.filter(({ letter }) => letter.reason === 'conflicting_event');
  world.count('conflicts counted', counted);
  world.count('conflicts dead-lettered', kept.length);
}

async function run(world: World, isDone: () => boolean): Promise<void> {
  while (world.failure === undefined && !isDone() && (await world.clock.step()));
}

/** Traffic and faults at random times. A seed has some kinds of faults; the others have theirs. */
function schedule(world: World): void {
  const { clock, random, traffic, cluster } = world;
  const at = (action: () => void) => void clock.after(random.between(0, ACTIVE_MS), action);
  for (let bursts = 5 + random.below(20); bursts > 0; bursts--)
    at(() => traffic.append(random.below(cluster.partitions.length), 1 + random.below(12)));
  const possible = faultNames.filter((name) => !world.variant.without.includes(name));
  const kinds = random.shuffle(possible).slice(0, 1 + random.below(6));
  for (let count = 1 + random.below(10); count > 0; count--) at(() => cause(world, random.pick(kinds)));
  at(() => world.database.backUp());
  const expire = () => {
    cluster.group.expire();
    clock.after(1_000, expire);
  };
  expire();
}

function cause(world: World, fault: Fault): void {
  if (fault === 'restore' && !world.database.isBackedUp) return;
  world.trace(() => `fault: ${fault}`);
  world.count(fault);
  faults[fault](world);
}

function isDone(world: World): boolean {
  return unfinished(world) === undefined && difference(world) === undefined;
}

/**
 * Ends all faults. From then on each partition gets a record now and then: a commit only changes with
 * progress, and a log that was truncated and has grown exactly to the position is noticed at the next record.
 */
function endFaults(world: World): void {
  const { clock, cluster, traffic } = world;
  world.trace(() => 'the faults end');
  heal(world);
  const trickle = () => {
    for (const partition of cluster.partitions.keys()) traffic.append(partition, 1);
    clock.after(TRICKLE_MS, trickle);
  };
  trickle();
}

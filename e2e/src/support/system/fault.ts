import type { Environment } from '../programs/programs.ts';
import { findUnproven } from '../programs/prove.ts';
import { holdsWithin, waitUntil } from '../programs/wait.ts';
import { findStall, findStuckLag, recoveryMs } from './recovery.ts';
import type { System } from './system.ts';
import { findDifferences, findFalseAlarms, findLeaks } from './verdict.ts';

/** A failure that can be injected into a running system. */
export interface Fault<Needs extends System = System> {
  /** Description, used as a test name. */
  readonly name: string;
  /** Settings of the consumers that make the fault quick to test. */
  readonly environment?: Environment;
  /** The soak injects the next fault without waiting for recovery. */
  readonly isBrief?: true;
  /** The reason why this machine does not support the fault; undefined if it does. */
  readonly unavailable?: () => string | undefined;
  /**
   * Injects the fault, verifies that it took effect, and ends it.
   * @throws NoEffect if it did not take effect, because then the test would prove nothing
   */
  readonly inject: (system: Needs) => Promise<void>;
}

/** A fault did not have its effect, or another one as well: the machine was too busy. What is left of it is a stall. */
export class NoEffect extends Error {}

/**
 * Watches from now on for a line in the log of a consumer that shows the effect of a fault. The returned function waits
 * until there is one.
 * @throws NoEffect from that function if there is none within `recoveryMs()`
 */
export function watchForEvidence({ fleet }: Pick<System, 'fleet'>, pattern: RegExp): () => Promise<void> {
  const isSeen = fleet.watchFor(pattern);
  return () => waitForEffect(isSeen, `no consumer logged ${pattern}`);
}

/**
 * Waits until a fault has its effect.
 * @param problem what is the case otherwise
 * @throws NoEffect if it has not within `recoveryMs()`
 */
export async function waitForEffect(
  hasEffect: () => boolean | Promise<boolean>,
  problem: string,
): Promise<void> {
  if (!(await holdsWithin(recoveryMs(), hasEffect)))
    throw new NoEffect(`the fault had no effect: ${problem}`);
}

/** Events stored before the first fault. */
const WARM_UP_EVENTS = 300;

/** Waits until there are events, without which some faults have no effect. */
export async function warmUp(system: System): Promise<void> {
  await waitUntil(async () => (await countEvents(system)) >= WARM_UP_EVENTS);
}

/** Injects faults into a system under load, each after recovery from the previous. Returns all problems. */
export async function findDamage<Needs extends System>(
  system: Needs,
  ...faults: readonly Fault<Needs>[]
): Promise<readonly string[]> {
  await warmUp(system);
  for (const { name, inject } of faults) {
    await inject(system);
    const stall = await findStall(system);
    if (stall.length > 0) return [`after ${name}:`, ...stall, ...system.fleet.unexpectedEnds];
  }
  return await settle(system);
}

/** Minimum number of snapshots and of offset comparisons. */
const MIN_SAMPLES = 10;

/** Stops the load, waits until the lag is 0, and proves the tables. Returns all problems, past and present. */
export async function settle(system: System): Promise<readonly string[]> {
  const { load, watch, fleet, pipeline } = system;
  await load.stop();
  const stuck = await findStuckLag(system);
  watch.hurry();
  await waitUntil(() => watch.snapshots >= MIN_SAMPLES && watch.comparisons >= MIN_SAMPLES);
  await watch.stop();
  const differences =
    stuck.length > 0 ? [] : [...(await findDifferences(system)), ...(await findUnproven(pipeline, watch))];
  const alarms = [...findFalseAlarms(system), ...findLeaks(system)];
  return [...stuck, ...watch.findings, ...fleet.unexpectedEnds, ...alarms, ...differences];
}

/** Number of stored events. */
export async function countEvents({ operator }: Pick<System, 'operator'>): Promise<number> {
  const [row] = await operator.run((sql) => sql<{ n: number }[]>`select count(*)::int as n from raw_events`);
  return row?.n ?? 0;
}

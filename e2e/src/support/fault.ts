import type { Environment } from './programs.ts';
import { findStall, findStandstill, recoveryMs } from './recovery.ts';
import type { System } from './system.ts';
import { findDifferences, findLeaks } from './verdict.ts';
import { waitUntil } from './wait.ts';

/** Something that breaks. */
export interface Fault<Needs extends System = System> {
  /** What happens, in the words of a test's name. */
  readonly name: string;
  /** Settings of the consumers without which it would take too long. */
  readonly environment?: Environment;
  /** It comes again before anything can have recovered from the last time. */
  readonly isBrief?: true;
  /** It takes more than a minute: tests leave it out unless `E2E_LONG` is set. */
  readonly isLong?: true;
  /** Why it cannot be had on this machine; undefined where it can. */
  readonly unavailable?: () => string | undefined;
  /**
   * Breaks it, makes sure that it did break, and mends it.
   * @throws Error when the fault did not take effect: a test of it would prove nothing
   */
  readonly inject: (system: Needs) => Promise<void>;
}

/**
 * Waits until a consumer says something that shows the fault, from now on.
 * @throws Error when none does within half a minute, or longer where the machine is overloaded
 */
export async function waitForEvidence({ fleet }: Pick<System, 'fleet'>, pattern: RegExp): Promise<void> {
  const count = () => fleet.said().match(new RegExp(pattern, 'g'))?.length ?? 0;
  const before = count();
  const late = Date.now() + recoveryMs();
  await waitUntil(() => count() > before || Date.now() > late);
  if (count() <= before) throw new Error(`the fault did not show: no consumer said ${pattern}`);
}

/** Before a fault there must be something to lose. */
const WARM_UP = 300;

/** Lets faults happen to a system under load, each once it has recovered from the one before. Returns everything that went wrong: nothing, if all is well. */
export async function findDamage<Needs extends System>(
  system: Needs,
  ...faults: readonly Fault<Needs>[]
): Promise<readonly string[]> {
  await waitUntil(async () => (await countEvents(system)) >= WARM_UP);
  for (const { name, inject } of faults) {
    await inject(system);
    const stall = await findStall(system);
    if (stall.length > 0) return [`after ${name}:`, ...stall, ...system.fleet.unexpectedEnds];
  }
  return await settle(system);
}

/** So many samples are taken at least. */
const SAMPLES = 10;

/** Ends the load, waits until nothing lags, and tells everything that is wrong then or was wrong before. */
export async function settle(system: System): Promise<readonly string[]> {
  const { load, watch, fleet } = system;
  await load.stop();
  const standstill = await findStandstill(system);
  await waitUntil(() => watch.snapshots >= SAMPLES && watch.comparisons >= SAMPLES);
  await watch.stop();
  const differences = standstill.length > 0 ? [] : await findDifferences(system);
  return [...standstill, ...watch.findings, ...fleet.unexpectedEnds, ...findLeaks(system), ...differences];
}

/** How many events are in Postgres. */
export async function countEvents({ operator }: Pick<System, 'operator'>): Promise<number> {
  const [row] = await operator.run((sql) => sql<{ n: number }[]>`select count(*)::int as n from raw_events`);
  return row?.n ?? 0;
}

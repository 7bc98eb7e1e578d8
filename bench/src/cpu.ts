import { median } from './statistics.ts';

/** CPU that this process takes for some work, all its threads together, in microseconds. */
export async function cpuMicrosOf(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const WARM_UP = 5;
const PASSES = 15;

/** How `medianMicros` measures, for people. */
export const passesText = `the median of ${PASSES} passes, after ${WARM_UP} to warm up`;

/** Microseconds of CPU that one of `count` items takes when `work` works through all of them. */
export async function medianMicros(count: number, work: () => void): Promise<number> {
  const passes: number[] = [];
  for (let pass = 0; pass < WARM_UP + PASSES; pass++) passes.push((await cpuMicrosOf(work)) / count);
  return median(passes.slice(WARM_UP));
}

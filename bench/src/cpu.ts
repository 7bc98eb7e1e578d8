import { median } from './statistics.ts';

/** CPU time that `work` takes in this process, all threads included, in microseconds. */
export async function cpuMicrosOf(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const WARM_UP = 5;
const PASSES = 15;

/** Describes the method of `medianMicros` in a report. */
export const passesText = `the median of ${PASSES} passes, after ${WARM_UP} warm-up passes`;

/** CPU time per item in microseconds, if `work` processes `count` items. */
export async function medianMicros(count: number, work: () => void): Promise<number> {
  const passes: number[] = [];
  for (let pass = 0; pass < WARM_UP + PASSES; pass++) passes.push((await cpuMicrosOf(work)) / count);
  return median(passes.slice(WARM_UP));
}

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../support/system/fault.ts';
import { withoutRebalance } from '../support/system/rebalance.ts';

/** Longer than a session: if the clock delayed heartbeats, the member would lose its partitions. */
const LONGER_THAN_SESSION_MS = 8_000;

const clockShifted: Fault = {
  name: 'the clock jumps back an hour, then ahead a day (no rebalance)',
  environment: {
    NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/system/shifting-clock.ts')}`,
  },
  inject: (system) =>
    withoutRebalance(system, async () => {
      const { fleet, load } = system;
      // Offset commits count as heartbeats too.
      await load.pause();
      for (let shifts = 0; shifts < 3; shifts++) {
        for (const { process } of fleet.running) process.kill('SIGUSR2');
        await sleep(LONGER_THAN_SESSION_MS);
      }
      load.resume();
    }),
};

/** Faults of a consumer's host. */
export const clockFaults = { clockShifted };

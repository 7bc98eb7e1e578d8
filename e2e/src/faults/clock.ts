import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../support/fault.ts';
import { withoutRebalance } from '../support/rebalance.ts';

/** More than a session: a member whose heartbeats the clock held up would be shut out. */
const LONGER_THAN_A_SESSION_MS = 8_000;

const clockShifted: Fault = {
  name: 'the clock is set back by an hour, then ahead by a day, with no rebalance',
  environment: { NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/shifting-clock.ts')}` },
  inject: (system) =>
    withoutRebalance(system, async () => {
      const { fleet, load } = system;
      // To Kafka a commit is a sign of life, too.
      await load.pause();
      for (let shifts = 0; shifts < 3; shifts++) {
        for (const { process } of fleet.running) process.kill('SIGUSR2');
        await sleep(LONGER_THAN_A_SESSION_MS);
      }
      load.resume();
    }),
};

/** What happens to the machine of a consumer. */
export const clockFaults = { clockShifted };

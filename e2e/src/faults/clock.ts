import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../support/fault.ts';

/** More than a session: a member whose heartbeats the clock held up would be shut out. */
const LONGER_THAN_A_SESSION_MS = 8_000;

const clockShifted: Fault = {
  name: 'the clock is set back by an hour, then ahead by a day, with no rebalance',
  environment: { NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/shifting-clock.ts')}` },
  async inject({ fleet, load }) {
    const { joins } = fleet;
    // To Kafka a commit is a sign of life, too.
    await load.pause();
    for (let shifts = 0; shifts < 3; shifts++) {
      for (const { process } of fleet.running) process.kill('SIGUSR2');
      await sleep(LONGER_THAN_A_SESSION_MS);
    }
    load.resume();
    if (fleet.joins !== joins) throw new Error('there was a rebalance');
  },
};

/** What happens to the machine of a consumer. */
export const clockFaults = { clockShifted };

import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../support/fault.ts';
import { pick } from '../support/random.ts';
import type { System } from '../support/system.ts';

/** One consumer is gone without a word, another takes its place at once, and 1 to 3 s pass. */
export const kill: Fault = {
  name: 'a consumer is killed',
  async inject(system) {
    await killOne(system);
    await sleep(1_000 + 2_000 * system.random());
  },
};

/** The same again and again: the group hardly ever comes to rest. */
export const killRepeatedly: Fault = {
  name: 'a consumer is killed every 1 to 3 s',
  async inject(system) {
    for (let kills = 0; kills < 8; kills++) await kill.inject(system);
  },
};

async function killOne({ fleet, random }: System): Promise<void> {
  const victim = pick(fleet.running, random);
  await fleet.end(victim, 'SIGKILL');
  if (victim.process.signalCode !== 'SIGKILL') throw new Error('the consumer was not killed, it had ended');
  fleet.start();
}

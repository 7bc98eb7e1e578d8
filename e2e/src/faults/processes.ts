import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../support/fault.ts';
import { pick } from '../support/random.ts';
import type { System } from '../support/system.ts';
import { waitForLog, waitUntil } from '../support/wait.ts';
import { consumersWait, lockEvents } from './postgres.ts';

/** A rebalance waits so long for members that are dead; with more, the next one dies before it is over. */
const shortRebalance = { KAFKA_REBALANCE_TIMEOUT_MS: '2000' };

/** One consumer is gone without a word, another takes its place at once, and 1 to 3 s pass. */
const kill: Fault = {
  name: 'a consumer is killed',
  isBrief: true,
  environment: shortRebalance,
  async inject(system) {
    await killOne(system);
    await sleep(1_000 + 2_000 * system.random());
  },
};

/** The same again and again: the group hardly ever comes to rest. */
const killRepeatedly: Fault = {
  name: 'a consumer is killed every 1 to 3 s',
  environment: shortRebalance,
  async inject(system) {
    for (let kills = 0; kills < 8; kills++) await kill.inject(system);
  },
};

/** Its session runs out, another consumer takes over its partitions, and then it goes on as if nothing had been. */
const zombie: Fault = {
  name: 'a consumer is paused past its session, then resumed',
  async inject({ fleet, random }) {
    const victim = pick(fleet.running, random);
    const { joins } = fleet;
    victim.process.kill('SIGSTOP');
    await waitUntil(() => fleet.joins > joins);
    await sleep(2_000);
    victim.process.kill('SIGCONT');
  },
};

/** The zombie's statement goes on in Postgres while the zombie is paused, and its reply waits for it. */
const zombieInStatement: Fault = {
  name: 'a consumer is paused past its session while its statement is open, then resumed',
  async inject(system) {
    const { fleet } = system;
    const { joins } = fleet;
    const locked = lockEvents(system, 4_000);
    await waitUntil(() => consumersWait(system));
    const victim = pick(fleet.running, system.random);
    victim.process.kill('SIGSTOP');
    await locked;
    await waitUntil(() => fleet.joins > joins);
    await sleep(2_000);
    victim.process.kill('SIGCONT');
  },
};

/** The group is shared out anew all the time, and nobody leaves in anger. */
const comingAndGoing: Fault = {
  name: 'members join and leave every 2 s',
  async inject({ fleet }) {
    const { joins } = fleet;
    for (let rounds = 0; rounds < 4; rounds++) {
      const guest = fleet.start();
      await waitForLog(guest, /joined the group/);
      await sleep(2_000);
      const { code, stderr } = await fleet.end(guest, 'SIGTERM');
      if (code !== 0) throw new Error(`a member left with code ${code}: ${stderr}`);
      await sleep(2_000);
    }
    if (fleet.joins < joins + 8)
      throw new Error(`the group was shared out only ${fleet.joins - joins} times`);
  },
};

async function killOne({ fleet, random }: System): Promise<void> {
  const victim = pick(fleet.running, random);
  await fleet.end(victim, 'SIGKILL');
  if (victim.process.signalCode !== 'SIGKILL') throw new Error('the consumer was not killed, it had ended');
  fleet.start();
}

/** What happens to consumers. */
export const processFaults = {
  kill,
  killRepeatedly,
  zombie,
  zombieInStatement,
  comingAndGoing,
};

import { setTimeout as sleep } from 'node:timers/promises';
import { pick } from '../support/data/random.ts';
import type { Program } from '../support/programs/programs.ts';
import { waitForLog, waitUntil } from '../support/programs/wait.ts';
import type { Fault } from '../support/system/fault.ts';
import type { System } from '../support/system/system.ts';
import { isHalfSent, sendHalf } from './network.ts';
import { isConsumerBlocked, lockEvents } from './postgres.ts';

/** How long a rebalance waits for dead members: less than the time between kills. */
const shortRebalance = { KAFKA_REBALANCE_TIMEOUT_MS: '2000' };

/** Kills a consumer without cleanup, starts a replacement at once, then waits 1 to 3 s. */
const consumerKilled: Fault = {
  name: 'a consumer is killed',
  isBrief: true,
  environment: shortRebalance,
  async inject(system) {
    await killOne(system);
    await sleep(1_000 + 2_000 * system.random());
  },
};

/** The group is almost always rebalancing. */
const consumersKilledRepeatedly: Fault = {
  name: 'consumers are killed every 1 to 3 s',
  environment: shortRebalance,
  async inject(system) {
    for (let kills = 0; kills < 8; kills++) await consumerKilled.inject(system);
  },
};

/** Its session expires, another consumer takes over its partitions, then it resumes unaware. */
const zombie: Fault = {
  name: 'a consumer is paused past its session timeout, then resumed',
  async inject(system) {
    const victim = await pauseUntilExpelled(system);
    victim.process.kill('SIGCONT');
  },
};

/** Pauses a consumer until its session has expired, and another one has taken over its partitions. */
export async function pauseUntilExpelled({ fleet, random }: System): Promise<Program> {
  const victim = pick(fleet.running, random);
  const { joins } = fleet;
  victim.process.kill('SIGSTOP');
  await waitUntil(() => fleet.joins > joins);
  await sleep(2_000);
  return victim;
}

/**
 * The zombie's statement completes in Postgres while the zombie is paused; it reads the reply on resuming.
 */
const zombieInStatement: Fault = {
  name: 'a consumer is paused past its session during a statement, then resumed',
  async inject(system) {
    const { fleet } = system;
    const { joins } = fleet;
    const locked = lockEvents(system, 4_000);
    await waitUntil(() => isConsumerBlocked(system));
    const victim = pick(fleet.running, system.random);
    victim.process.kill('SIGSTOP');
    await locked;
    await waitUntil(() => fleet.joins > joins);
    await sleep(2_000);
    victim.process.kill('SIGCONT');
  },
};

/** Their session in Postgres waits for the rest of the rows, with the ledger locked, until the successor ends it. */
const stoppedInCopy: Fault = {
  name: 'all consumers are paused while the rows of a batch are sent, then resumed',
  environment: { COPY_MIN_EVENTS: '1' },
  async inject(system) {
    const { fleet, postgresProxy } = system;
    await sendHalf(system);
    const paused = fleet.running;
    for (const one of paused) one.process.kill('SIGSTOP');
    const successor = fleet.start();
    await waitUntil(async () => !(await isHalfSent(system)));
    for (const one of paused) one.process.kill('SIGCONT');
    await postgresProxy.heal();
    await fleet.end(successor, 'SIGTERM');
  },
};

/** Constant rebalances, with members that leave cleanly. */
const membersJoinAndLeave: Fault = {
  name: 'members join and leave every 2 s',
  async inject({ fleet }) {
    const { joins } = fleet;
    for (let rounds = 0; rounds < 4; rounds++) {
      const member = fleet.start();
      await waitForLog(member, /joined the group/);
      await sleep(2_000);
      const { code, stderr } = await fleet.end(member, 'SIGTERM');
      if (code !== 0) throw new Error(`a member left with exit code ${code}: ${stderr}`);
      await sleep(2_000);
    }
    if (fleet.joins < joins + 8) throw new Error(`members joined only ${fleet.joins - joins} times`);
  },
};

async function killOne({ fleet, random }: System): Promise<void> {
  const victim = pick(fleet.running, random);
  await fleet.end(victim, 'SIGKILL');
  if (victim.process.signalCode !== 'SIGKILL') throw new Error('the consumer exited before it was killed');
  fleet.start();
}

/** Faults of consumers. */
export const processFaults = {
  consumerKilled,
  consumersKilledRepeatedly,
  zombie,
  zombieInStatement,
  stoppedInCopy,
  membersJoinAndLeave,
};

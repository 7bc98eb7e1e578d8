import { kafkaErrorType } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { type Fault, findDamage } from './support/fault.ts';
import { operate } from './support/kafka-client.ts';
import { chooseSeed } from './support/random.ts';
import { findStall } from './support/recovery.ts';
import { type ClusterSystem, startClusterSystem } from './support/system.ts';
import { waitForLog, waitUntil } from './support/wait.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

/** Each of the brokers once, or ten times in all with `E2E_LONG=1`. */
const KILLS = process.env['E2E_LONG'] === undefined ? 3 : 10;

const brokersKilled: Fault<ClusterSystem> = {
  name: 'one of three brokers is killed, and another as soon as it has recovered',
  async inject(system) {
    const { brokers } = system.cluster;
    system.watch.expectTakeover();
    for (let kills = 0; kills < KILLS; kills++) {
      const broker = brokers[kills % brokers.length];
      await broker?.kill();
      await goOn(system, 'while a broker was away');
      await broker?.start();
      await waitUntil(() => isInSync(system));
    }
  },
};

/** Others may have topics with one copy. */
const othersWithoutLeader: Fault<ClusterSystem> = {
  name: 'a topic of others has no leader while a consumer starts',
  async inject(system) {
    const { pipeline, fleet, watch } = system;
    const [broker] = system.cluster.brokers;
    watch.expectTakeover();
    const onlyThere = { topic: 'of-others', replicaAssignment: [{ partition: 0, replicas: [1] }] };
    await operate(pipeline, (operator) => operator.createTopics({ topics: [onlyThere] }));
    await broker?.kill();
    await waitUntil(() => hasNoLeader(system, 'of-others'));
    await waitForLog(fleet.start(), /joined the group/);
    await goOn(system, 'while a topic of others had no leader');
    await broker?.start();
    await waitUntil(() => isInSync(system));
  },
};

async function hasNoLeader({ pipeline }: ClusterSystem, topic: string): Promise<boolean> {
  const metadata = operate(pipeline, (operator) => operator.fetchTopicMetadata({ topics: [topic] }));
  return await metadata.then(
    () => false,
    (error) => kafkaErrorType(error) === 'LEADER_NOT_AVAILABLE',
  );
}

/** As a deployment does it: first a new one that has joined, then the old one is told to go. */
const consumersReplaced: Fault<ClusterSystem> = {
  name: 'all consumers, each on an address of its own, are replaced one after the other',
  async inject(system) {
    const { fleet } = system;
    for (const [index, old] of fleet.running.entries()) {
      await waitForLog(fleet.start({ HTTP_HOST: `127.0.0.${2 + index}` }), /joined the group/);
      const { code } = await fleet.end(old, 'SIGTERM');
      if (code !== 0) throw new Error(`a consumer that was told to go ended with ${code}`);
      await goOn(system, 'after a consumer was replaced');
    }
  },
};

async function goOn(system: ClusterSystem, when: string): Promise<void> {
  const stall = await findStall(system);
  if (stall.length > 0) throw new Error(`${when}: ${stall}`);
}

/** Whether every broker has a copy of what the topics, and the group itself, hold. */
async function isInSync({ pipeline, cluster }: ClusterSystem): Promise<boolean> {
  const names = [pipeline.topic, pipeline.dlqTopic, '__consumer_offsets'];
  const { topics } = await operate(pipeline, (operator) => operator.fetchTopicMetadata({ topics: names }));
  const partitions = topics.flatMap((topic) => topic.partitions);
  return partitions.every(({ isr }) => isr.length === cluster.brokers.length);
}

test('with three brokers and three consumers nothing stops while one is away, and nothing is lost, doubled or wrongly dead-lettered', async () => {
  await using system = await startClusterSystem({ seed, size: 3 });
  expect(await findDamage(system, othersWithoutLeader, brokersKilled, consumersReplaced)).toEqual([]);
});

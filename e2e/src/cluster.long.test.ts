/** @module-tag long */
import { kafkaErrorType } from '@pipeline/kafka';
import { isNightly } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { chooseSeed } from './support/data/random.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { createTopics, operate } from './support/servers/kafka-client.ts';
import { type Fault, findDamage } from './support/system/fault.ts';
import { findStall } from './support/system/recovery.ts';
import { type ClusterSystem, startClusterSystem } from './support/system/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

/** One, or ten in total in `test:nightly`. */
const KILLS = isNightly ? 10 : 1;

const brokersKilled: Fault<ClusterSystem> = {
  name: 'brokers are killed one after the other',
  async inject(system) {
    const { brokers } = system.cluster;
    system.watch.expectTakeover();
    for (let kills = 0; kills < KILLS; kills++) {
      const broker = brokers[kills % brokers.length];
      await broker?.kill();
      await expectProgress(system, 'with a broker down');
      await broker?.start();
      await waitUntil(() => isInSync(system));
    }
  },
};

/** Foreign topics may have a replication factor of 1. */
const foreignTopicWithoutLeader: Fault<ClusterSystem> = {
  name: 'a foreign topic has no leader while a consumer starts',
  async inject(system) {
    const { pipeline, fleet, watch } = system;
    const [broker] = system.cluster.brokers;
    watch.expectTakeover();
    const unreplicated = { topic: 'foreign', replicaAssignment: [{ partition: 0, replicas: [1] }] };
    await createTopics(pipeline, [unreplicated]);
    await broker?.kill();
    await waitUntil(() => hasNoLeader(system, 'foreign'));
    await waitForLog(fleet.start(), /joined the group/);
    await expectProgress(system, 'with a leaderless foreign topic');
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

/** A rolling deployment: the old consumer is stopped after its replacement has joined. */
const consumersReplaced: Fault<ClusterSystem> = {
  name: 'consumers are replaced one after the other',
  async inject(system) {
    const { fleet } = system;
    for (const [index, old] of fleet.running.entries()) {
      await waitForLog(fleet.start({ HTTP_HOST: `127.0.0.${2 + index}` }), /joined the group/);
      const { code } = await fleet.end(old, 'SIGTERM');
      if (code !== 0) throw new Error(`a stopped consumer exited with ${code}`);
      await expectProgress(system, 'after replacing a consumer');
    }
  },
};

async function expectProgress(system: ClusterSystem, when: string): Promise<void> {
  const stall = await findStall(system);
  if (stall.length > 0) throw new Error(`${when}: ${stall}`);
}

/** Whether all replicas of the topics and of the offsets topic are in sync. */
async function isInSync({ pipeline, cluster }: ClusterSystem): Promise<boolean> {
  const names = [pipeline.topic, pipeline.dlqTopic, '__consumer_offsets'];
  const { topics } = await operate(pipeline, (operator) => operator.fetchTopicMetadata({ topics: names }));
  const partitions = topics.flatMap((topic) => topic.partitions);
  return partitions.every(({ isr }) => isr.length === cluster.brokers.length);
}

test('losing a broker of three or replacing consumers stops and loses nothing', async () => {
  await using system = await startClusterSystem({ seed, size: 3 });
  expect(await findDamage(system, foreignTopicWithoutLeader, brokersKilled, consumersReplaced)).toEqual([]);
});

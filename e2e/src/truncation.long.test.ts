/** @module-tag long */
import { setTimeout as sleep } from 'node:timers/promises';
import { isNightly } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { absences, cutLogs } from './faults/truncation.ts';
import { chooseSeed, pick } from './support/data/random.ts';
import { findUnstored } from './support/data/retained.ts';
import { findUnproven } from './support/programs/prove.ts';
import { waitUntil } from './support/programs/wait.ts';
import { createTopics, operate } from './support/servers/kafka-client.ts';
import { countEvents } from './support/system/fault.ts';
import { findStall, findStuckLag } from './support/system/recovery.ts';
import {
  type ClusterSystem,
  type System,
  startClusterSystem,
  startKafkaSystem,
} from './support/system/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

const [CUTS, ELECTIONS] = isNightly ? [20, 10] : [2, 1];

async function expectProgress(system: System): Promise<void> {
  const stall = await findStall(system);
  if (stall.length > 0) throw new Error(stall.join('\n'));
}

/** Changes logs while the consumers stay or are absent. */
async function whileAbsent(system: System, change: () => Promise<void>): Promise<void> {
  const comeBack = await pick(absences, system.random)(system);
  await change();
  await sleep(3_000 * system.random());
  await comeBack();
}

/** Stops the load, drains the topic, and returns all problems and the number of truncations found. */
async function conclude(system: System) {
  const { load, watch, fleet, pipeline, operator } = system;
  await load.stop();
  const stuck = await findStuckLag(system);
  await watch.stop();
  const unstored = await findUnstored(pipeline, operator);
  const unproven = stuck.length > 0 ? [] : await findUnproven(pipeline, watch);
  const truncations = fleet.logs().match(/ was truncated/g)?.length ?? 0;
  console.info({ truncations, sent: load.sent.end, stored: await countEvents(system) });
  const problems = [...stuck, ...unstored, ...unproven, ...watch.findings, ...fleet.unexpectedEnds];
  return { truncations, problems };
}

test(`no retained record is missing after ${CUTS} random cuts of a broker's logs`, async () => {
  await using system = await startKafkaSystem({ seed });
  system.watch.expectTruncation();
  await waitUntil(async () => (await countEvents(system)) >= 300);
  for (let cuts = 0; cuts < CUTS; cuts++) {
    await expectProgress(system);
    await whileAbsent(system, () => cutLogs(system));
  }
  const { problems, truncations } = await conclude(system);
  expect(problems).toEqual([]);
  expect(truncations).toBeGreaterThanOrEqual(CUTS);
}, 1_800_000);

/** Creates the topic on the first two brokers only; the third one keeps the controllers' majority. */
async function createOnTwo(brokers: string, topic: string): Promise<void> {
  const place = (partition: number) => ({ partition, replicas: partition % 2 === 0 ? [1, 2] : [2, 1] });
  const configEntries = [
    { name: 'min.insync.replicas', value: '1' },
    { name: 'unclean.leader.election.enable', value: 'true' },
  ];
  const topics = [
    { topic, replicaAssignment: [0, 1, 2].map(place), configEntries },
    { topic: `${topic}-dlq`, numPartitions: 1 },
  ];
  const environment = { KAFKA_BROKERS: brokers };
  await createTopics({ environment }, topics);
}

/** The broker that lacks records becomes the leader, because the one that has them is down. */
async function electUnclean(system: ClusterSystem): Promise<void> {
  const [behind, ahead] = system.random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const);
  const { cluster, load } = system;
  await cluster.brokers[behind]?.kill();
  await waitUntil(() => areInSync(system, 1));
  await expectProgress(system);
  await whileAbsent(system, async () => {
    await cluster.brokers[ahead]?.kill();
    await cluster.brokers[behind]?.start();
    await waitUntil(() => areLedBy(system, behind + 1));
    await load.sendSentinel();
    await cluster.brokers[ahead]?.start();
    await waitUntil(() => areInSync(system, 2));
  });
}

type PartitionState = { readonly leader: number; readonly isr: readonly number[] };

async function partitionsOf({ pipeline }: ClusterSystem): Promise<readonly PartitionState[]> {
  const read = operate(pipeline, (operator) => operator.fetchTopicMetadata({ topics: [pipeline.topic] }));
  return await read.then(({ topics }) => topics[0]?.partitions ?? []).catch(() => []);
}

async function areInSync(system: ClusterSystem, replicas: number): Promise<boolean> {
  const partitions = await partitionsOf(system);
  return partitions.length > 0 && partitions.every(({ isr }) => isr.length === replicas);
}

async function areLedBy(system: ClusterSystem, broker: number): Promise<boolean> {
  const partitions = await partitionsOf(system);
  return partitions.length > 0 && partitions.every(({ leader }) => leader === broker);
}

test(`no retained record is missing after ${ELECTIONS} unclean elections of three brokers`, async () => {
  await using system = await startClusterSystem({ seed, provision: createOnTwo });
  system.watch.expectTruncation();
  await waitUntil(async () => (await countEvents(system)) >= 300);
  for (let elections = 0; elections < ELECTIONS; elections++) {
    await electUnclean(system);
    await expectProgress(system);
  }
  const { problems, truncations } = await conclude(system);
  expect(problems).toEqual([]);
  expect(truncations).toBeGreaterThanOrEqual(ELECTIONS);
}, 1_800_000);

import { type Fault, waitForEvidence } from '../support/fault.ts';
import { deleteTopic, operate } from '../support/kafka-client.ts';
import { findStandstill } from '../support/recovery.ts';
import type { System } from '../support/system.ts';
import { waitUntil } from '../support/wait.ts';
import { readNextOffsets } from '../support/watch.ts';

const partitionsAdded: Fault = {
  name: 'the topic gets nine more partitions',
  async inject({ pipeline }) {
    const before = await logEnds(pipeline);
    const count = before.size + 9;
    await operate(pipeline, (operator) =>
      operator.createPartitions({ topicPartitions: [{ topic: pipeline.topic, count }] }),
    );
    // Once producers know of them they hold records that nobody may overlook.
    await waitUntil(async () =>
      [...(await logEnds(pipeline))].some(([id, end]) => !before.has(id) && end > 0n),
    );
  },
};

/** Where the partitions end; none while Kafka does not say. */
async function logEnds(pipeline: System['pipeline']): Promise<ReadonlyMap<number, bigint>> {
  const offsets = await pipeline.offsets().catch(() => []);
  return new Map(offsets.map(({ partition, logEnd }) => [partition, logEnd]));
}

/** All is written, and nothing is sent: nobody will miss what the topic holds. */
export async function rest(system: System): Promise<void> {
  await system.load.pause();
  const standstill = await findStandstill(system);
  if (standstill.length > 0) throw new Error(standstill.join());
}

/**
 * A topic of the same name, with as many partitions as a new one has, and nothing in it. The broker may answer from the old
 * topic's log for a moment, and would acknowledge what it is about to delete.
 */
async function makeTopicAnew({ pipeline, watch }: System): Promise<void> {
  watch.expectRewind();
  const { topic } = pipeline;
  await deleteTopic(pipeline, topic);
  await operate(pipeline, (operator) =>
    operator.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: false }),
  );
  await waitUntil(async () => {
    const ends = [...(await logEnds(pipeline)).values()];
    return ends.length > 0 && ends.every((end) => end === 0n);
  });
}

const topicMadeAnew: Fault = {
  name: 'the topic is deleted and made anew under running consumers',
  async inject(system) {
    await rest(system);
    const seen = waitForEvidence(system, /was recreated/);
    await makeTopicAnew(system);
    system.load.resume();
    await seen;
  },
};

const topicOutgrown: Fault = {
  name: 'the topic is made anew while consumers are stopped, and grows past where they were',
  async inject(system) {
    await rest(system);
    const size = system.fleet.running.length;
    await system.fleet.endAll('SIGTERM');
    await makeTopicAnew(system);
    system.load.resume();
    await outgrow(system);
    for (let started = 0; started < size; started++) system.fleet.start();
  },
};

/** They know of nothing: their member is alive to Kafka, their next fetch asks for the offset after the last. */
const topicOutgrownUnnoticed: Fault = {
  name: 'the topic is made anew while consumers are paused within their session, and grows past where they were',
  async inject(system) {
    await rest(system);
    const paused = system.fleet.running;
    for (const { process } of paused) process.kill('SIGSTOP');
    await makeTopicAnew(system);
    system.load.resume();
    await outgrow(system);
    for (const { process } of paused) process.kill('SIGCONT');
  },
};

/** Waits until every partition is longer than its predecessor was. */
async function outgrow({ pipeline, operator }: System): Promise<void> {
  const ledger = await readNextOffsets(operator, pipeline.topic);
  await waitUntil(async () =>
    [...(await logEnds(pipeline))].every(([partition, end]) => end > (ledger.get(partition) ?? 0n)),
  );
}

/** A group that has members cannot be deleted: those who run are paused until Kafka takes them for dead. */
const groupForgotten: Fault = {
  name: 'the offsets of the group are deleted',
  async inject(system) {
    const { pipeline, fleet } = system;
    const paused = fleet.running;
    for (const { process } of paused) process.kill('SIGSTOP');
    system.watch.expectRewind();
    await waitUntil(() => deleteGroup(system));
    const committed = (await pipeline.offsets()).filter((offsets) => offsets.committed !== undefined);
    if (committed.length > 0) throw new Error('the group still has offsets');
    for (const { process } of paused) process.kill('SIGCONT');
  },
};

async function deleteGroup({ pipeline }: System): Promise<boolean> {
  return await operate(pipeline, (operator) =>
    operator.deleteGroups([pipeline.groupId]).then(
      () => true,
      () => false,
    ),
  );
}

const offsetsReset: Fault = {
  name: 'the offsets of the group are set to the beginning',
  inject: replayAll,
};

/** Everything that the topic holds is read once more. */
export async function replayAll(system: System): Promise<void> {
  const { pipeline, fleet, watch } = system;
  const size = fleet.running.length;
  await fleet.endAll('SIGTERM');
  watch.expectRewind();
  await operate(pipeline, (operator) =>
    operator.resetOffsets({ groupId: pipeline.groupId, topic: pipeline.topic, earliest: true }),
  );
  const seen = waitForEvidence(system, /re-reading records that are already stored/);
  for (let started = 0; started < size; started++) fleet.start();
  await seen;
}

/** What happens to a topic and to a group, while Kafka itself is well. */
export const topicFaults = {
  partitionsAdded,
  topicMadeAnew,
  topicOutgrown,
  topicOutgrownUnnoticed,
  groupForgotten,
  offsetsReset,
};

import { waitUntil } from '../support/programs/wait.ts';
import { deleteTopic, operate } from '../support/servers/kafka-client.ts';
import { type Fault, waitForEffect, watchForEvidence } from '../support/system/fault.ts';
import { findStuckLag } from '../support/system/recovery.ts';
import type { System } from '../support/system/system.ts';
import { readNextOffsets } from '../support/system/watch.ts';

const partitionsAdded: Fault = {
  name: 'the topic gets nine more partitions',
  async inject({ pipeline }) {
    const before = await logEnds(pipeline);
    const count = before.size + 9;
    await operate(pipeline, (operator) =>
      operator.createPartitions({ topicPartitions: [{ topic: pipeline.topic, count }] }),
    );
    // The new partitions must receive records, which consumers then have to discover.
    await waitUntil(async () =>
      [...(await logEnds(pipeline))].some(([id, end]) => !before.has(id) && end > 0n),
    );
  },
};

/** End offsets by partition; empty while Kafka does not reply. */
async function logEnds(pipeline: System['pipeline']): Promise<ReadonlyMap<number, bigint>> {
  const offsets = await pipeline.offsets().catch(() => []);
  return new Map(offsets.map(({ partition, logEnd }) => [partition, logEnd]));
}

/** Pauses the load and waits until the topic is drained, so that its data can be deleted. */
export async function quiesce(system: System): Promise<void> {
  await system.load.pause();
  const stuck = await findStuckLag(system);
  if (stuck.length > 0) throw new Error(stuck.join());
  await waitForEffect(() => isAccountedFor(system), 'the ledgers are behind the topic');
}

/** The committed offsets of a recreated topic may still be those of its former log. */
async function isAccountedFor({ pipeline, operator }: System): Promise<boolean> {
  const ledger = await readNextOffsets(operator, pipeline.topic);
  return [...(await logEnds(pipeline))].every(([partition, end]) => (ledger.get(partition) ?? 0n) >= end);
}

/**
 * Deletes the topic and creates it again, empty and with three partitions. Waits until the broker reports the
 * new log: it may still acknowledge records to the old one, which it is about to delete.
 */
async function recreateTopic({ pipeline, watch }: System): Promise<void> {
  watch.expectRecreation();
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

const topicRecreated: Fault = {
  name: 'the topic is recreated under running consumers',
  async inject(system) {
    await quiesce(system);
    const seen = watchForEvidence(system, /was recreated/);
    const isNoticed = await watchLedgers(system);
    await recreateTopic(system);
    system.load.resume();
    await seen();
    await waitForEffect(isNoticed, 'a ledger is still that of the former topic');
  },
};

/**
 * Returns whether no ledger of a partition that exists is that of the present topic any more. Until then, the log of a
 * recreated topic may be read as the former one.
 */
async function watchLedgers({ operator, pipeline }: System): Promise<() => Promise<boolean>> {
  const readIds = () =>
    operator.run(
      (sql) => sql<{ partition: number; id: string }[]>`
        select partition, topic_id::text as id from ingest_progress where topic = ${pipeline.topic}`,
    );
  const former = new Set((await readIds()).map(({ id }) => id));
  return async () => {
    const ends = await logEnds(pipeline);
    return (
      ends.size > 0 && (await readIds()).every(({ partition, id }) => !ends.has(partition) || !former.has(id))
    );
  };
}

/**
 * Recreates the topic under running consumers, so that the log which is recreated next is young: how long it
 * takes to outgrow the old offsets does not depend on how long the load has been running.
 */
async function startYoungLog(system: System): Promise<void> {
  await topicRecreated.inject(system);
  await quiesce(system);
}

const topicRecreatedWhileStopped: Fault = {
  name: 'the topic is recreated and outgrows the offsets of stopped consumers',
  async inject(system) {
    await startYoungLog(system);
    const size = system.fleet.running.length;
    await system.fleet.endAll('SIGTERM');
    await recreateTopic(system);
    system.load.resume();
    await outgrow(system);
    for (let started = 0; started < size; started++) system.fleet.start();
  },
};

/** Undetected by the consumers: their sessions are alive, and they keep fetching from their next offset. */
const topicRecreatedWhilePaused: Fault = {
  name: 'the topic is recreated and outgrows the offsets of paused consumers',
  async inject(system) {
    await startYoungLog(system);
    const paused = system.fleet.running;
    for (const { process } of paused) process.kill('SIGSTOP');
    const isNoticed = await watchLedgers(system);
    await recreateTopic(system);
    system.load.resume();
    await outgrow(system);
    const seen = watchForEvidence(system, /was recreated/);
    for (const { process } of paused) process.kill('SIGCONT');
    await seen();
    await waitForEffect(isNoticed, 'a ledger is still that of the former topic');
  },
};

/** Waits until every partition has grown past the offset in the ledger. */
export async function outgrow({ pipeline, operator }: System): Promise<void> {
  const ledger = await readNextOffsets(operator, pipeline.topic);
  await waitUntil(async () =>
    [...(await logEnds(pipeline))].every(([partition, end]) => end > (ledger.get(partition) ?? 0n)),
  );
}

/** A group with members cannot be deleted, so consumers are paused until their sessions expire. */
const groupOffsetsDeleted: Fault = {
  name: "the group's offsets are deleted",
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
  name: "the group's offsets are reset to the beginning",
  inject: replayAll,
};

/** Resets the offsets, so that the whole topic is read again. */
export async function replayAll(system: System): Promise<void> {
  const { fleet, watch } = system;
  const size = fleet.running.length;
  await fleet.endAll('SIGTERM');
  watch.expectRewind();
  await waitUntil(() => resetOffsets(system));
  const seen = watchForEvidence(system, /re-reading records that are already stored/);
  for (let started = 0; started < size; started++) fleet.start();
  await seen();
}

/** @returns false while the group has members: one that was killed remains until its session expires */
async function resetOffsets({ pipeline, fleet }: System): Promise<boolean> {
  // A consumer that exited before may have been restarted.
  await fleet.endAll('SIGTERM');
  return await operate(pipeline, (operator) =>
    operator.resetOffsets({ groupId: pipeline.groupId, topic: pipeline.topic, earliest: true }).then(
      () => true,
      (error: Error) => {
        if (!error.message.includes('must have no running instances')) throw error;
        return false;
      },
    ),
  );
}

/** Faults of the topic and the group, with a healthy broker. */
export const topicFaults = {
  partitionsAdded,
  topicRecreated,
  topicRecreatedWhileStopped,
  topicRecreatedWhilePaused,
  groupOffsetsDeleted,
  offsetsReset,
};

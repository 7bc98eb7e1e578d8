import { newestDeadLetterId } from '@pipeline/db/dead-letters';
import { badPosition } from '../support/data/plan.ts';
import { waitUntil } from '../support/programs/wait.ts';
import { deleteTopic, operate } from '../support/servers/kafka-client.ts';
import { type Fault, watchForEvidence } from '../support/system/fault.ts';
import type { System } from '../support/system/system.ts';
import { quiesce, replayAll } from './topics.ts';

/**
 * A missing topic is a permanent error: consumers exit, and exit again after each restart. The dead letters
 * in the deleted topic are lost; a full replay publishes those again whose records the topic still has.
 */
const deadLetterTopicMissing: Fault = {
  name: 'the dead-letter topic is deleted and recreated while consumers restart',
  async inject(system) {
    const { pipeline, fleet, load } = system;
    await quiesce(system);
    const newest = await newestDeadLetterId(system.operator);
    await excuseUnpublished(system);
    fleet.supervise(/infra provision|there is no topic/);
    await deleteTopic(pipeline, pipeline.dlqTopic);
    const before = fleet.restarts;
    load.resume();
    await waitUntil(() => fleet.restarts >= before + 3);
    await requireHeldBack(system, newest);
    const seen = watchForEvidence(system, /joined the group/);
    await operate(pipeline, (operator) =>
      operator.createTopics({
        topics: [{ topic: pipeline.dlqTopic, numPartitions: 1 }],
        waitForLeaders: false,
      }),
    );
    await seen();
    await quiesce(system);
    await replayAll(system);
    load.resume();
  },
};

/** Notes the dead letters that no replay publishes again, because the topic was recreated or truncated. */
async function excuseUnpublished({ pipeline, unpublished }: System): Promise<void> {
  for (const position of await badPositionsIn(pipeline, pipeline.dlqTopic)) unpublished.add(position);
  for (const position of await badPositionsIn(pipeline, pipeline.topic)) unpublished.delete(position);
}

async function badPositionsIn(pipeline: System['pipeline'], topic: string): Promise<readonly number[]> {
  const records = await pipeline.readTopic(topic);
  return records.map(({ key }) => badPosition(key)).filter((position) => position !== undefined);
}

async function committedOffsets({ pipeline }: System): Promise<ReadonlyMap<number, bigint>> {
  const offsets = await pipeline.offsets();
  return new Map(offsets.map(({ partition, committed }) => [partition, committed ?? 0n]));
}

/** Requires that no offset was committed past a dead letter that is newer than `id`, and therefore unpublished. */
async function requireHeldBack(system: System, id: bigint): Promise<void> {
  const unsent = await system.operator.run(
    (sql) => sql<{ partition: number; offset: bigint }[]>`
      select source_partition as partition, source_offset as offset from dlq_events where dlq_id > ${id}`,
  );
  if (unsent.length === 0) throw new Error('no dead letter was written while the topic was missing');
  const committed = await committedOffsets(system);
  const passed = unsent.filter(({ partition, offset }) => (committed.get(partition) ?? 0n) > offset);
  if (passed.length > 0)
    throw new Error(`offsets were committed past ${passed.length} unpublished dead letters`);
}

/** Faults of the dead-letter topic. */
export const deadLetterFaults = { deadLetterTopicMissing };

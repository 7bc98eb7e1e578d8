import { type Fault, waitForEvidence } from '../support/fault.ts';
import { deleteTopic, operate } from '../support/kafka-client.ts';
import type { System } from '../support/system.ts';
import { waitUntil } from '../support/wait.ts';
import { replayAll, rest } from './topics.ts';

/**
 * Consumers end, since waiting does not mend it, and end again when they are started again. What the topic held is
 * gone with it; a replay of everything brings every dead letter there again.
 */
const deadLetterTopicMissing: Fault = {
  name: 'the dead-letter topic is deleted, and consumers are started again until it is there',
  async inject(system) {
    const { pipeline, fleet, load } = system;
    await rest(system);
    const ends = await committedOffsets(system);
    fleet.supervise(/missing: run "pnpm --filter infra provision"|there is no topic/);
    await deleteTopic(pipeline, pipeline.dlqTopic);
    const before = fleet.restarts;
    load.resume();
    await waitUntil(() => fleet.restarts >= before + 3);
    await requireHeldBack(system, ends);
    const seen = waitForEvidence(system, /joined the group/);
    await operate(pipeline, (operator) =>
      operator.createTopics({
        topics: [{ topic: pipeline.dlqTopic, numPartitions: 1 }],
        waitForLeaders: false,
      }),
    );
    await seen;
    await rest(system);
    await replayAll(system);
    load.resume();
  },
};

async function committedOffsets({ pipeline }: System): Promise<ReadonlyMap<number, bigint>> {
  const offsets = await pipeline.offsets();
  return new Map(offsets.map(({ partition, committed }) => [partition, committed ?? 0n]));
}

/** Of each partition's dead letters from an offset on, the first must not have been passed: its topic does not have it. */
async function requireHeldBack(system: System, from: ReadonlyMap<number, bigint>): Promise<void> {
  const letters = await system.operator.run(
    (sql) => sql<{ partition: number; offset: bigint }[]>`
      select source_partition as partition, source_offset as offset from dlq_events where source_topic = ${system.pipeline.topic}`,
  );
  const unsent = letters.filter(({ partition, offset }) => offset >= (from.get(partition) ?? 0n));
  if (unsent.length === 0) throw new Error('there was no dead letter');
  const committed = await committedOffsets(system);
  const passed = unsent.filter(({ partition, offset }) => (committed.get(partition) ?? 0n) > offset);
  if (passed.length > 0) throw new Error(`${passed.length} dead letters that no topic holds were passed`);
}

/** What happens to the topic of dead letters. */
export const deadLetterFaults = { deadLetterTopicMissing };

import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingRecord } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/invariants.ts';
import { configureTopic, operate } from './support/kafka-client.ts';
import { createPipeline, type Pipeline } from './support/pipeline.ts';
import { runApp } from './support/programs.ts';

/** Good events, on the partitions in turn. */
function createEvents(count: number, partitions = 3): readonly OutgoingRecord[] {
  return Array.from({ length: count }, (_, index) =>
    jsonRecord(createEvent(), { partition: index % partitions }),
  );
}

async function removeBelow(pipeline: Pipeline, offsets: readonly (readonly [number, number])[]) {
  const partitions = offsets.map(([partition, offset]) => ({ partition, offset: String(offset) }));
  await operate(pipeline, async (operator) => {
    // kafkajs knows no topic that it was not asked about before.
    await operator.fetchTopicOffsets(pipeline.topic);
    await operator.deleteTopicRecords({ topic: pipeline.topic, partitions });
  });
}

/** Nothing of the topic is left to be read. */
async function isDrained(pipeline: Pipeline): Promise<boolean> {
  const offsets = await pipeline.offsets();
  return offsets.every(({ committed, logEnd }) => (committed ?? 0n) === logEnd);
}

/** How many offsets the warnings speak of, by partition. */
function warnedGaps(said: string): readonly (readonly [number, number])[] {
  const lines = said
    .split('\n')
    .filter((line) => line.includes('were removed from the topic before they were read'));
  const warnings: readonly { readonly partition: number; readonly gap: string }[] = lines.map((line) =>
    JSON.parse(line),
  );
  return warnings.map(({ partition, gap }) => [partition, Number(gap)] as const).sort();
}

test.concurrent('records that were removed before they were read are warned of, and counted exactly as skipped', async () => {
  await using pipeline = await createPipeline();
  await pipeline.publish(createEvents(300));
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  await pipeline.publish(createEvents(150));
  await removeBelow(pipeline, [
    [0, 150],
    [1, 110],
    [2, 50],
  ]);
  await pipeline.publish(createEvents(30));
  const { code, stderr } = await runApp('consumer', ['--once'], pipeline.environment);
  expect(code).toBe(0);
  expect(warnedGaps(stderr)).toEqual([
    [0, 50],
    [1, 10],
  ]);
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: 420, duplicates: 0, dead: 0, skipped: 60 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await isDrained(pipeline)).toBe(true);
});

/** Several small segments of events with thirty keys: of each key only the last one need stay. */
async function fillCompacted(pipeline: Pipeline): Promise<number> {
  await configureTopic(pipeline, pipeline.topic, {
    'cleanup.policy': 'compact',
    'segment.ms': '100',
    'min.cleanable.dirty.ratio': '0.001',
  });
  for (let segments = 0; segments < 5; segments++) {
    const events = createEvents(60, 1).map((event, index) => ({
      ...event,
      key: Buffer.from(`key-${index % 30}`),
    }));
    await pipeline.publish(events);
    await sleep(200);
  }
  await pipeline.publish([{ key: Buffer.from('key-0'), value: null, partition: 0 }]);
  return 301;
}

test.concurrent('offsets that compaction has emptied are skipped without a warning, a tombstone is a dead letter', async () => {
  await using pipeline = await createPipeline();
  const sent = await fillCompacted(pipeline);
  const count = async () => (await pipeline.readTopic(pipeline.topic)).length;
  let left = await count();
  // The cleaner looks every 15 s.
  for (; left === sent; left = await count()) await sleep(1_000);
  const { code, stderr } = await runApp('consumer', ['--once'], pipeline.environment);
  expect([code, warnedGaps(stderr)]).toEqual([0, []]);
  const skipped = sent - left;
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: left - 1, duplicates: 0, dead: 1, skipped });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await isDrained(pipeline)).toBe(true);
});

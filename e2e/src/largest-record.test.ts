import { fromDeadLetterRecord, isTooLarge } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { createEvent } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { runApp } from './support/programs/programs.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

/** Default `max.message.bytes` of a topic. */
const MAX_MESSAGE_BYTES = 1_048_588;
/** Minimum size of a batch without its value: 61 bytes for the batch, 10 for the record. */
const MIN_OVERHEAD_BYTES = 71;

/** A valid event of a given size. */
function createEventOf(bytes: number): Buffer {
  const encode = (note: string) => Buffer.from(JSON.stringify(createEvent({ payload: { path: '/', note } })));
  return encode('x'.repeat(bytes - encode('').length));
}

/** Publishes the largest event that the topic accepts, and returns it. */
async function publishLargest(pipeline: Pipeline): Promise<Buffer> {
  for (let bytes = MAX_MESSAGE_BYTES - MIN_OVERHEAD_BYTES; ; bytes--) {
    const value = createEventOf(bytes);
    try {
      await pipeline.publish([{ key: null, value, partition: 0 }]);
      return value;
    } catch (error) {
      if (!isTooLarge(error)) throw error;
    }
  }
}

test.concurrent('the largest record of a topic is stored if EVENT_MAX_BYTES allows it', async () => {
  await using pipeline = await createPipeline();
  await publishLargest(pipeline);
  const environment = { ...pipeline.environment, EVENT_MAX_BYTES: String(2 << 20) };
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: 1, duplicates: 0, dead: 0, skipped: 0 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
});

test.concurrent('a record above EVENT_MAX_BYTES is a dead letter, truncated only in the topic', async () => {
  await using pipeline = await createPipeline();
  const value = await publishLargest(pipeline);
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  const rows = await pipeline.database.run((sql) => sql<{ value: Buffer }[]>`select value from dlq_events`);
  expect(rows.map((row) => row.value.equals(value))).toEqual([true]);
  const [record] = await pipeline.readTopic(pipeline.dlqTopic);
  if (record?.value == null) throw new Error('the topic has no dead letter');
  expect(fromDeadLetterRecord(record)).toMatchObject({ truncated: true, origin: { reason: 'too_large' } });
  expect(value.subarray(0, record.value.length).equals(record.value)).toBe(true);
});

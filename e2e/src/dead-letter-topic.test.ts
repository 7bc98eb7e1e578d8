import { fromDeadLetterRecord, type OutgoingRecord } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { runApp } from './support/programs/programs.ts';
import { configureTopic, operate } from './support/servers/kafka-client.ts';
import { createPipeline } from './support/servers/pipeline.ts';

/**
 * Invalid records, from a few bytes to far above the limit of the topic; some keys and headers exceed it too.
 */
function createBad(count: number): readonly OutgoingRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const value = Buffer.from(`not json ${index} `.padEnd(10 + 40 * index, 'x'));
    const large = { key: Buffer.alloc(3_000, 'k'), headers: { trace: 't'.repeat(3_000) } };
    return { key: Buffer.from('key'), value, ...(index % 10 === 9 ? large : {}) };
  });
}

const startOf = (value: Buffer | null | undefined) => /^not json \d+/.exec(String(value))?.[0];

test('dead letters above the limit of their topic are truncated and marked', async () => {
  await using pipeline = await createPipeline();
  await configureTopic(pipeline, pipeline.dlqTopic, { 'max.message.bytes': '2500' });
  const bad = createBad(200);
  const good = Array.from({ length: 200 }, () => jsonRecord(createEvent()));
  await pipeline.publish([...good, ...bad]);
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await sumLedgers(pipeline.database)).toMatchObject({ stored: 200, dead: 200 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  const rows = await pipeline.database.run((sql) => sql<{ value: Buffer }[]>`select value from dlq_events`);
  expect(rows.map(({ value }) => String(value)).sort()).toEqual(bad.map(({ value }) => String(value)).sort());

  const whole = new Map(bad.map(({ value }) => [startOf(value), value]));
  const deadLetters = await pipeline.readTopic(pipeline.dlqTopic);
  expect(new Set(deadLetters.map(({ value }) => startOf(value)))).toEqual(new Set(whole.keys()));
  for (const deadLetter of deadLetters) {
    const value = deadLetter.value ?? Buffer.alloc(0);
    const original = whole.get(startOf(value));
    expect(original?.subarray(0, value.length).equals(value)).toBe(true);
    if (original?.length !== value.length) expect(fromDeadLetterRecord(deadLetter)?.truncated).toBe(true);
  }
});

// M1
test('rows that a constraint of an operator refuses count towards DLQ_LIMIT_RATIO', {
  tags: 'long',
}, async () => {
  await using pipeline = await createPipeline();
  await pipeline.database.run((sql) => sql`alter table raw_events add constraint wrong check (user_id = '')`);
  await pipeline.publish(Array.from({ length: 300 }, () => jsonRecord(createEvent(), { partition: 0 })));
  const environment = { ...pipeline.environment, DLQ_LIMIT_WINDOW: '100', BATCH_MAX_EVENTS: '50' };
  const { code, stderr } = await runApp('consumer', ['--once'], environment);
  expect(code).toBe(1);
  expect(stderr).toMatch(/\/0: 100 % of its recent records are dead letters; fix the producer/);
  expect(await sumLedgers(pipeline.database)).toMatchObject({ stored: 0, dead: 100 });
  await pipeline.database.run((sql) => sql`alter table raw_events drop constraint wrong`);
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  expect(await sumLedgers(pipeline.database)).toMatchObject({ stored: 200, dead: 100 });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
});

test('a missing dead-letter topic stops the consumer at the first invalid record', async () => {
  await using pipeline = await createPipeline();
  const environment = { ...pipeline.environment, KAFKA_DLQ_TOPIC: `${pipeline.dlqTopic}-later` };
  await pipeline.publish([jsonRecord(createEvent())]);
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  await pipeline.publish([{ key: null, value: Buffer.from('not json') }]);
  const { code, stderr } = await runApp('consumer', ['--once'], environment);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('infra provision') });
  expect(await sumLedgers(pipeline.database)).toMatchObject({ stored: 1, dead: 1 });
  await operate(pipeline, (operator) =>
    operator.createTopics({ topics: [{ topic: environment.KAFKA_DLQ_TOPIC, numPartitions: 1 }] }),
  );
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  expect(await pipeline.readTopic(environment.KAFKA_DLQ_TOPIC)).toHaveLength(1);
});

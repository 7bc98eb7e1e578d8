import { expect, inject, test } from 'vitest';
import { createFreshTopic } from '../testing/fresh-topic.ts';
import { openAdmin } from './admin.ts';

test('the tail of a topic has its last records, without markers and aborted ones', async () => {
  const { kafka, settings } = await createFreshTopic(inject('brokers'), 1);
  const [topic] = settings.KAFKA_TOPIC;
  // A coordinator that has just started answers with errors that mean "try again".
  const retry = { retries: 50, initialRetryTime: 100, maxRetryTime: 500 };
  const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, retry });
  await producer.connect();
  for (const [value, end] of [
    ['0', 'commit'],
    ['1', 'abort'],
    ['2', 'commit'],
    ['3', 'commit'],
  ] as const) {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value }] });
    await transaction[end]();
  }
  await producer.disconnect();
  await using admin = await openAdmin(kafka);
  const limits = { maxBytes: 1_000_000, maxRecords: 1_000 };
  const read = ({ value }: { readonly value: Buffer | null }) => String(value);
  expect(await admin.readTail({ topics: [topic], count: 3, limits, read })).toEqual(['0', '2', '3']);
  expect(await admin.readTail({ topics: [topic], count: 2, limits, read })).toEqual(['2', '3']);
});

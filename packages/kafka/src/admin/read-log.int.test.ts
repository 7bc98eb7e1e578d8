import { expect, inject, test } from 'vitest';
import { registerCodecs } from '../client/codecs.ts';
import { openPublisher } from '../produce/publisher.ts';
import { createFreshTopic, publishNumbers } from '../testing/fresh-topic.ts';
import { openAdmin } from './admin.ts';

/** A topic of one partition with `count` records, and an admin client. */
async function fill(count: number) {
  registerCodecs({ maxBytes: 1_000_000, maxRecords: 1_000 });
  const { kafka, settings } = await createFreshTopic(inject('brokers'), 1);
  await using publisher = await openPublisher(kafka);
  await publishNumbers(publisher, settings.KAFKA_TOPIC[0], count, 1);
  const admin = await openAdmin(kafka);
  return { admin, place: { topic: settings.KAFKA_TOPIC[0], partition: 0 } };
}

test('the leader returns where its epoch ends', async () => {
  const { admin, place } = await fill(5);
  await using _closed = admin;
  const record = await admin.fetchRecord(place, 4n);
  expect(record?.leaderEpoch).toBe(0);
  expect(await admin.fetchEpochEnd(place, 0)).toEqual({ epoch: 0, endOffset: 5n });
});

test('the end of an epoch that the cluster never had is unknown', async () => {
  const { admin, place } = await fill(1);
  await using _closed = admin;
  expect(await admin.fetchEpochEnd(place, 9)).toBeUndefined();
});

test('a record is read by its offset, also from within a batch', async () => {
  const { admin, place } = await fill(5);
  await using _closed = admin;
  for (const offset of [0n, 3n]) {
    const found = await admin.fetchRecord(place, offset);
    expect([found?.offset, String(found?.value)]).toEqual([String(offset), String(offset)]);
  }
  expect(await admin.fetchRecord(place, 5n)).toBeUndefined();
});

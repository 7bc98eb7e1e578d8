import {
  createEncoder,
  createEventMakers,
  decodeEvent,
  defineEvents,
  events,
  eventType,
  shopEvents,
} from '@pipeline/schema';
import { Type } from '@sinclair/typebox';
import { expect, inject, test } from 'vitest';
import { createFreshTopic } from '../testing/fresh-topic.ts';
import { openEventPublisher } from './event-publisher.ts';

const { kafka, settings } = await createFreshTopic(inject('brokers'));
const [topic] = settings.KAFKA_TOPIC;
const buy = (amount: number) =>
  events.purchase({ user_id: 'user-42', payload: { order_id: 'order-7', amount, currency: 'EUR' } });

test("a user's events arrive in order in one partition", async () => {
  const sent = [1, 2, 3].map(buy);
  await using publisher = await openEventPublisher(kafka, topic, createEncoder(shopEvents));
  await publisher.send(...sent);
  const records = await readTopic(sent.length);
  expect(records.map(({ value }) => decodeEvent(value))).toMatchObject(
    sent.map((event) => ({ ok: true, event })),
  );
  expect(new Set(records.map(({ key, partition }) => `${key} ${partition}`)).size).toBe(1);
});

test('an invalid event is rejected, and no event of the call is sent', async () => {
  await using publisher = await openEventPublisher(kafka, topic, createEncoder(shopEvents));
  const before = await countRecords();
  await expect(publisher.send(buy(1), buy(-1))).rejects.toThrow(
    'invalid_payload: /payload/amount must be >= 0',
  );
  const more = { ...buy(1), more: 1 };
  await expect(publisher.send(more)).rejects.toThrow(TypeError);
  expect(await countRecords()).toBe(before);
});

test('a publisher of custom types accepts those and no others', async () => {
  const definition = defineEvents({
    types: [eventType('refund', Type.Object({ cents: Type.Integer({ minimum: 1 }) }))],
  });
  const { refund } = createEventMakers(definition);
  await using publisher = await openEventPublisher(kafka, topic, createEncoder(definition));
  await publisher.send(refund({ user_id: 'user-42', payload: { cents: 950 } }));
  // @ts-expect-error: purchase is not one of these types
  await expect(publisher.send(buy(1))).rejects.toThrow('unknown_event_type');
});

async function countRecords(): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.reduce((sum, { offset }) => sum + Number(offset), 0);
}

interface Read {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly partition: number;
}

async function readTopic(count: number): Promise<readonly Read[]> {
  const consumer = kafka.consumer({ groupId: `${topic}-reader` });
  const read: Read[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const all = Promise.withResolvers<void>();
  await consumer.run({
    eachMessage: async ({ message: { key, value }, partition }) => {
      read.push({ key, value, partition });
      if (read.length === count) all.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return read;
}

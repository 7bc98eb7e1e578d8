import type { Batch, DeadLetter } from '@pipeline/db';
import { EventRows } from '@pipeline/db';
import type { Publisher } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { createDeadLetterStep } from './dead-letter.ts';

const batch: Batch = {
  topic: 'events',
  partition: 2,
  nextOffset: 8n,
  rows: new EventRows(),
  deadLetters: [],
};

function deadLetterOf(value: Buffer): DeadLetter {
  const record = { offset: '7', timestamp: '0', key: Buffer.from('user-42'), value };
  const detail = '/payload must be object';
  return { record, reason: 'invalid_payload', eventType: null, detail, sqlstate: '22P05', redriveCount: 3 };
}

/** The requests for dead letters of a topic that takes records up to `topicMaxBytes`. */
async function publish(value: Buffer, maxBytes: number, topicMaxBytes: number, type = 'MESSAGE_TOO_LARGE') {
  type Sent = Parameters<Publisher['publish']>[1] extends Iterable<infer OneRecord> ? OneRecord : never;
  const requests: { topic: string; records: readonly Sent[]; limit: number; compresses: boolean }[] = [];
  const publisher: Pick<Publisher, 'publish'> = {
    async publish(topic, all, { maxBytes: limit = 0, compresses = false } = {}) {
      const records = [...all];
      requests.push({ topic, records, limit, compresses });
      const isTooLarge = records.some((record) => (record.value?.length ?? 0) > topicMaxBytes);
      if (isTooLarge) throw Object.assign(new Error('rejected'), { type });
    },
  };
  const retries = { reachKafka: <Value>(operation: () => Promise<Value>) => operation() };
  const target = { topic: 'events_dlq', groupId: 'group', maxBytes };
  const send = createDeadLetterStep(publisher as Publisher, retries, target);
  const error: unknown = await send(batch, [deadLetterOf(value)]).catch((thrown) => thrown);
  return { requests, error };
}

test('a dead letter is compressed, with the coordinates and the error of its record', async () => {
  const { requests } = await publish(Buffer.from('[]'), 10_000, 10_000);
  expect(requests).toMatchObject([{ topic: 'events_dlq', limit: 10_000, compresses: true, records: [{}] }]);
  const headers = String(requests[0]?.records[0]?.headers);
  const failedAt = /dlq\.failed_at.([\d:.TZ-]{24})/.exec(headers)?.[1] ?? '';
  expect(new Date(failedAt).toISOString()).toBe(failedAt);
  for (const [name, value] of Object.entries({
    '__dlq.errors.topic': 'events',
    '__dlq.errors.partition': '2',
    '__dlq.errors.offset': '7',
    '__dlq.errors.group': 'group',
    '__dlq.errors.message': '/payload must be object',
    'dlq.reason': 'invalid_payload',
    'dlq.sqlstate': '22P05',
    'dlq.redrive_count': '3',
  }))
    expect(headers).toContain(`${name}${String.fromCharCode(2 * value.length)}${value}`);
});

test('a topic that takes less than the limit gets smaller records', async () => {
  const { requests, error } = await publish(Buffer.alloc(9_000), 10_000, 4_000);
  expect(error).toBeUndefined();
  expect(requests.map(({ limit }) => limit)).toEqual([10_000, 5_000, 2_500]);
});

test('no limit below 2,000 bytes is tried', async () => {
  const { requests, error } = await publish(Buffer.alloc(9_000), 4_000, 0);
  expect(requests.map(({ limit }) => limit)).toEqual([4_000, 2_000]);
  expect(error).toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
});

test('an error of another kind is thrown at once', async () => {
  const { requests, error } = await publish(Buffer.alloc(9_000), 10_000, 4_000, 'NOT_ENOUGH_REPLICAS');
  expect(requests).toHaveLength(1);
  expect(error).toMatchObject({ type: 'NOT_ENOUGH_REPLICAS' });
});

test('a batch without dead letters sends nothing', async () => {
  const retries = { reachKafka: () => Promise.reject(new Error('a request')) };
  const target = { topic: 'events_dlq', groupId: 'group', maxBytes: 10_000 };
  await createDeadLetterStep({} as Publisher, retries, target)(batch, []);
});

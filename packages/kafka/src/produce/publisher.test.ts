import fc from 'fast-check';
import kafkajs, { type Message } from 'kafkajs';
import { expect, test } from 'vitest';
import { compressionFor, send, splitByBytes } from './publisher.ts';

/** A topic that accepts only messages whose timestamp it likes. */
function topicThat(accepts: (timestamp: string | undefined) => boolean) {
  const stored: Message[] = [];
  const producer = {
    async send({ messages }: { readonly messages: Message[] }) {
      if (!messages.every(({ timestamp }) => accepts(timestamp)))
        throw Object.assign(new kafkajs.KafkaJSError('out of range'), { type: 'INVALID_TIMESTAMP' });
      stored.push(...messages);
      return [{ topicName: 't', partition: 0, errorCode: 0, baseOffset: '7' }];
    },
  };
  return { producer, stored };
}

// L7: Kafka 4 refuses times that are an hour ahead of its own.
test('messages whose time a topic rejects are sent without a time', async () => {
  const message = { key: 'k', value: 'v' };
  const strict = topicThat((timestamp) => timestamp === '-1');
  expect(await send(strict.producer, 't', [message])).toMatchObject([{ baseOffset: '7' }]);
  expect(strict.stored).toEqual([{ ...message, timestamp: '-1' }]);
  const usual = topicThat(() => true);
  await send(usual.producer, 't', [message]);
  expect(usual.stored).toEqual([message]);
});

test('only requests of 16 kB and more are compressed', () => {
  const { None, ZSTD } = kafkajs.CompressionTypes;
  const of = (bytes: number) => [{ key: null, value: Buffer.alloc(bytes - 90), headers: Buffer.alloc(60) }];
  expect([compressionFor(of((16 << 10) - 1)), compressionFor(of(16 << 10))]).toEqual([None, ZSTD]);
});

test('an error of another kind is thrown', async () => {
  const never = topicThat(() => false);
  await expect(send(never.producer, 't', [{ value: 'v' }])).rejects.toThrow('out of range');
});

test('records are split in order into requests within the limit', () => {
  const sizes = fc.array(fc.nat({ max: 300 }), { maxLength: 50 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const records = lengths.map((length) => ({ key: null, value: Buffer.alloc(length) }));
      const parts = [...splitByBytes(records, 200)];
      expect(parts.flat()).toEqual(records);
      for (const part of parts) {
        const bytes = part.reduce((sum, { value }) => sum + 30 + (value?.length ?? 0), 0);
        expect(part.length === 1 || bytes <= 200).toBe(true);
      }
    }),
  );
});

import { type ClusterAdmin, kafkaSettings } from '@pipeline/kafka';
import { createLogger, loggerSettings } from '@pipeline/program';
import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { createOffsetReader } from './offsets.ts';

const settings = { ...readSettings({ ...kafkaSettings, ...loggerSettings }), KAFKA_GROUP_ID: 'group' };

/** Connections whose requests the test settles. */
function createConnections() {
  const asked: PromiseWithResolvers<never[]>[] = [];
  const closed: number[] = [];
  let opened = 0;
  const open = async () => {
    const number = opened++;
    const fetchOffsets = () => {
      const question = Promise.withResolvers<never[]>();
      asked.push(question);
      return question.promise;
    };
    const close = async () => void closed.push(number);
    return {
      missingTopics: async () => [],
      fetchOffsets,
      [Symbol.asyncDispose]: close,
    } as unknown as ClusterAdmin;
  };
  return { open, asked, closed };
}

test('a failed connection is closed once; its replacement stays open', async () => {
  const { open, asked, closed } = createConnections();
  using reader = createOffsetReader(settings, createLogger('stats', settings), open);
  const [first, second] = [reader.fetch(), reader.fetch()];
  await expect.poll(() => asked.length).toBe(2);
  asked[0]?.reject(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  const third = reader.fetch();
  await expect.poll(() => asked.length).toBe(3);
  asked[1]?.reject(new Error('broken, too'));
  await expect(second).rejects.toThrow('broken, too');
  asked[2]?.resolve([]);
  expect(await third).toEqual([]);
  expect(new Set(closed)).toEqual(new Set([0]));
});

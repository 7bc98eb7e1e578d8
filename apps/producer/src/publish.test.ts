import { expect, test } from 'vitest';
import { publishBatches } from './publish.ts';

const record = { key: null, value: null };

async function* batches(count: number) {
  for (let index = 0; index < count; index++) yield [record, record];
}

test('publishing ends once every batch is acknowledged, with few in flight', async () => {
  let [sent, out, most] = [0, 0, 0];
  const send = async () => {
    most = Math.max(most, ++out);
    await new Promise((resolve) => setTimeout(resolve, 1));
    out--;
  };
  await publishBatches(batches(20), send, (count) => {
    sent += count;
  });
  expect([sent, out]).toEqual([40, 0]);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
});

test('a failed send ends publishing with its error', async () => {
  const send = () => Promise.reject(new Error('refused'));
  await expect(publishBatches(batches(20), send, () => {})).rejects.toThrow('refused');
});

test('if the source of batches fails, the batches in flight are awaited', async () => {
  let sent = 0;
  const send = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
  const count = (records: number) => {
    sent += records;
  };
  async function* failing() {
    yield* batches(2);
    throw new Error('unreadable');
  }
  await expect(publishBatches(failing(), send, count)).rejects.toThrow('unreadable');
  expect(sent).toBe(4);
});

import { expect, test } from 'vitest';
import { createLook, toMessage } from './look.ts';
import { createSnapshot, createStanding, createLook as lookAt } from './testing/snapshots.ts';

const nobody = { state: 'Empty', members: [] };

test('looks after each other tell how the numbers change', async () => {
  const seconds = [0, 30, 120];
  const look = createLook({
    collect: async () => {
      const second = seconds.shift() ?? 0;
      const partitions = [createStanding({ endOffset: 100n + BigInt(second), lag: 1n + BigInt(second) })];
      return createSnapshot({ generatedAt: new Date(second * 1_000).toISOString(), partitions });
    },
    describeGroup: async () => nobody,
  });
  await look();
  await look();
  expect(await look()).toMatchObject({
    group: nobody,
    trend: { producedPerSecond: null, stuck: [{ partition: 0, seconds: 120 }] },
  });
});

test('a Kafka that is away is not asked who reads', async () => {
  const look = createLook({
    collect: async () => createSnapshot({ kafkaProblem: 'no broker' }),
    describeGroup: () => Promise.reject(new Error('asked')),
  });
  expect(await look()).toMatchObject({ group: null, snapshot: { kafkaProblem: 'no broker' } });
});

test('a message is one line of JSON with the verdict and only the latest minutes', async () => {
  const minutes = [1, 2, 3, 4, 5].map((m) => ({
    minute: `2026-11-24T09:0${m}:00Z`,
    eventType: 'a\n\nb',
    count: 1n,
  }));
  const message = await toMessage(async () => lookAt({ snapshot: createSnapshot({ minutes }) }), 2);
  expect(message).toMatch(/^event: stats\ndata: [^\n]*\n\n$/);
  const data = JSON.parse(message.slice(message.indexOf('{')));
  expect(data).toMatchObject({ lag: '3', status: { word: 'healthy' }, kafkaProblem: null, everySeconds: 2 });
  expect(data.minutes.map((one: { minute: string }) => one.minute.slice(14, 16))).toEqual(['03', '04', '05']);
});

test('what cannot be read is a message too', async () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(await toMessage(() => Promise.reject(refused), 2)).toBe(
    'event: problem\ndata: {"error":"Postgres does not answer: connect ECONNREFUSED"}\n\n',
  );
});

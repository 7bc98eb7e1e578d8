import type { StatsSample } from '@pipeline/db/read';
import { expect, test } from 'vitest';
import { createSnapshot, createStanding, createDashboardState as createState } from '../testing/snapshots.ts';
import { createDashboardState } from './dashboard-state.ts';
import { toMessage } from './report.ts';

const emptyGroup = { state: 'Empty', members: [] };
const idle = {
  describeGroup: async () => emptyGroup,
  readNewest: async () => ({ events: [], latency: null }),
  readProof: async () => null,
  history: { recall: async () => [], keep: async () => {} },
};

test('consecutive states give the trend', async () => {
  const seconds = [0, 30, 120];
  const read = createDashboardState({
    ...idle,
    collect: async () => {
      const second = seconds.shift() ?? 0;
      const partitions = [createStanding({ endOffset: 100n + BigInt(second), lag: 1n + BigInt(second) })];
      return createSnapshot({ generatedAt: new Date(second * 1_000).toISOString(), partitions });
    },
  });
  await read();
  await read();
  expect(await read()).toMatchObject({
    group: emptyGroup,
    trend: { producedPerSecond: null, stuck: [{ partition: 0, seconds: 120 }] },
  });
});

test('an unreachable Kafka is not queried for the group', async () => {
  const read = createDashboardState({
    ...idle,
    collect: async () => createSnapshot({ kafkaProblem: 'no broker' }),
    describeGroup: () => Promise.reject(new Error('queried')),
  });
  expect(await read()).toMatchObject({ group: null, snapshot: { kafkaProblem: 'no broker' } });
});

const sampleAt = (atMs: number, lag: bigint): StatsSample => ({
  atMs,
  lag,
  end: 1_000n,
  stored: 5n,
  openDeadLetters: 0n,
  secondsBehind: 1,
  latency: null,
});

test('samples from before a restart count, and new ones are kept', async () => {
  const kept: StatsSample[] = [];
  const nowMs = Date.parse('2026-11-24T09:31:10.000Z');
  const latency = { p50: 0.1, p95: 0.2, p99: 0.3 };
  const read = createDashboardState({
    ...idle,
    collect: async () => createSnapshot({ partitions: [createStanding({ endOffset: 1_200n, lag: 300n })] }),
    readNewest: async () => ({ events: [], latency }),
    history: {
      recall: async () => [sampleAt(nowMs - 300_000, 20n), sampleAt(nowMs - 30_000, 150n)],
      keep: async (sample) => void kept.push(sample),
    },
  });
  expect(await read()).toMatchObject({ latency, trend: { growingSeconds: 300, stuck: [] } });
  expect(kept).toMatchObject([{ atMs: nowMs, lag: 300n, end: 1_200n, secondsBehind: 0.2, latency }]);
});

test('the state does not depend on newest events, proofs or history', async () => {
  const read = createDashboardState({
    ...idle,
    collect: async () => createSnapshot(),
    readNewest: () => Promise.reject(new Error('permission denied')),
    readProof: () => Promise.reject(new Error('no table proofs')),
  });
  const nothing = { latency: null, tail: { events: [], skipped: null }, proof: null };
  expect(await read()).toMatchObject(nothing);
});

test('a message has the status and the latest minutes, without future ones', async () => {
  const times = ['09:27', '09:28', '09:29', '09:30', '09:31', '09:32', '10:31', '10:32'];
  const minutes = times.map((time) => ({
    minute: `2026-11-24T${time}:00Z`,
    eventType: 'a\n\nb',
    count: 1n,
  }));
  const message = await toMessage(async () => createState({ snapshot: createSnapshot({ minutes }) }), 2);
  expect(message).toMatch(/^event: stats\ndata: [^\n]*\n\n$/);
  const data = JSON.parse(message.slice(message.indexOf('{')));
  expect(data).toMatchObject({ lag: '3', status: { word: 'healthy' }, kafkaProblem: null, everySeconds: 2 });
  expect(data.minutes.map((one: { minute: string }) => one.minute.slice(14, 16))).toEqual(['29', '30', '31']);
});

test('an error becomes a problem message', async () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(await toMessage(() => Promise.reject(refused), 2)).toBe(
    'event: problem\ndata: {"error":"Postgres does not respond: connect ECONNREFUSED; start it, or check DATABASE_URL"}\n\n',
  );
});

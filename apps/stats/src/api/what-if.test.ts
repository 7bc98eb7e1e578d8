import type { KafkaRecord, LogRange, LogSlice } from '@pipeline/kafka';
import { shopEvents } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { createWhatIfApi, type WhatIfParts } from './what-if.ts';

const event = (id: number, payload: object, type = 'search') => ({
  event_id: `00000000-0000-4000-8000-00000000000${id}`,
  ...{ event_type: type, event_time: '2026-11-24T09:30:00Z', user_id: 'user-42', payload },
});

const values = [event(0, { query: 'hush' }), event(1, { query: 'shoes' }), event(2, {}, 'teleport')];

function toRecord(value: object, index: number): KafkaRecord {
  const bytes = Buffer.from(JSON.stringify(value));
  return { offset: String(index), timestamp: '0', encodedSize: 1, key: null, value: bytes };
}

/** The API over a partition with these values; the number of connections that are open at once. */
function start(change: Partial<WhatIfParts> = {}) {
  const open = { now: 0, most: 0 };
  const connect: WhatIfParts['connect'] = async () => {
    open.most = Math.max(open.most, ++open.now);
    return {
      fetchLogs: async () => [
        { topic: 'events', partition: 0, topicId: 'id', logStart: 0n, logEnd: 3n, stableEnd: 3n },
      ],
      fetchOffsetsAt: async () => new Map([[0, 0n]]),
      async *readRange({ start: first, end }: LogRange): AsyncGenerator<LogSlice> {
        yield { start: first, end, records: values.map(toRecord), markers: 0, aborted: 0 };
      },
      [Symbol.asyncDispose]: async () => void open.now--,
    };
  };
  const api = createWhatIfApi({
    ...{ topics: ['events'], present: shopEvents, limits: { maxBytes: 1, maxRecords: 1 }, connect },
    ...{ isReadOnly: false, originOf: () => undefined, eventLimits: {}, findInvalid: async () => new Map() },
    ...change,
  });
  const post = async (body: unknown, headers = { 'content-type': 'application/json' }) => {
    const response = await api.request('/', { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };
  return { post, open, connect };
}

const search = { type: 'object', properties: { query: { type: 'string', minLength: 5 } } };

test('schemas are compared with the definition of the pipeline, without content', async () => {
  const { post, open } = start();
  const { status, body } = await post({ hours: 1, schemas: { search, teleport: true } });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    present: { records: 3, stored: [{ eventType: 'search', count: 2 }] },
    differences: [
      {
        candidate: { outcome: 'rejected', reason: 'invalid_payload', path: '/payload/query' },
        ...{ count: 1, examples: ['events:0:0'] },
      },
      { candidate: { outcome: 'stored', eventType: 'teleport' }, count: 1, examples: ['events:0:2'] },
    ],
    isComplete: true,
    ranges: [{ topic: 'events', partition: 0, from: '0', to: '3', next: '3' }],
  });
  expect(JSON.stringify(body)).not.toContain('hush');
  expect(open.now).toBe(0);
});

test('records are judged by the limits of events, and by Postgres', async () => {
  const message = 'unsupported Unicode escape sequence';
  const { post } = start({
    eventLimits: { maxBytes: JSON.stringify(values[0]).length },
    findInvalid: async (events) =>
      new Map(
        events.flatMap(({ payloadJson }, index) =>
          payloadJson.includes('hush') ? [[index, { message }]] : [],
        ),
      ),
  });
  const { body } = await post({ hours: 1, schemas: { search: true, teleport: true } });
  const refused = { reason: 'refused_by_database', message, count: 1, example: 'events:0:0' };
  const large = { reason: 'too_large', count: 1, example: 'events:0:1' };
  expect(body.present.rejected).toMatchObject([refused, large, { reason: 'unknown_event_type' }]);
  expect(body.candidate.rejected).toMatchObject([refused, large]);
  expect(body.differences).toMatchObject([{ count: 1, examples: ['events:0:2'] }]);
});

test('comparisons run one after another', async () => {
  const { post, open } = start();
  const answers = await Promise.all([1, 2, 3].map(() => post({ hours: 1, schemas: { search } })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(open.most).toBe(1);
});

test.each([
  [{}, 'expected hours and schemas'],
  [{ hours: 0, schemas: { search } }, '"hours": expected a number up to 720, got 0'],
  [{ hours: 1, schemas: { search }, module: 'x' }, '"module": unknown member'],
  [{ hours: 1, schemas: { search: { type: 'objekt' } } }, 'search.json'],
  [{ hours: 1, schemas: { search: { $ref: 'file:///etc/passwd' } } }, 'nothing is fetched'],
  [{ hours: 1, schemas: { search }, envelope: 'cloudevents' }, '"envelope": event ids follow the rule'],
])('%j is refused, and no record is read', async (request, error) => {
  const { post, open } = start();
  const { status, body } = await post(request);
  expect([status, body.error]).toEqual([400, expect.stringContaining(error)]);
  expect(open.most).toBe(0);
});

test('a body of more than a megabyte is refused', async () => {
  const { post } = start();
  const { status, body } = await post({ hours: 1, schemas: { search: { title: 'x'.repeat(1 << 20) } } });
  expect([status, body.error]).toEqual([400, 'the body must be smaller than 1048576 bytes']);
});

test('a read-only page, and forms of other sites, compare nothing', async () => {
  const request = { hours: 1, schemas: { search } };
  expect(await start({ isReadOnly: true }).post(request)).toMatchObject({ status: 403 });
  expect(await start().post(request, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
});

test('an error of Kafka is no bad request, and the next comparison works', async () => {
  const { connect } = start();
  const answers = [new Error('Kafka is away'), undefined];
  const { post } = start({
    connect: async () => {
      const error = answers.shift();
      if (error !== undefined) throw error;
      return await connect();
    },
  });
  expect(await post({ hours: 1, schemas: { search } })).toMatchObject({ status: 503 });
  expect(await post({ hours: 1, schemas: { search } })).toMatchObject({ status: 200 });
});

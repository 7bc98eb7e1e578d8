import { type Batch, type DeadLetter, EventRows, type Written } from '@pipeline/db';
import type { KafkaRecord, RecordBatch } from '@pipeline/kafka';
import type { SpanOptions } from '@pipeline/program';
import { expect, test } from 'vitest';
import type { Stages } from '../consume.ts';
import { traceStages } from './trace-stages.ts';

const names = { KAFKA_GROUP_ID: 'group', KAFKA_DLQ_TOPIC: 'dlq' };
const error = new Error('broken');

interface FakeSpan {
  readonly kind: string;
  readonly name: string;
  readonly options: SpanOptions;
  readonly ends: (object | undefined)[];
  readonly later: object[];
}

/** Traces whose spans the test reads. */
function fakeTraces() {
  const spans: FakeSpan[] = [];
  const start = (kind: string, name: string, options: SpanOptions) => {
    const span: FakeSpan = { kind, name, options, ends: [], later: [] };
    spans.push(span);
    return {
      traceparent: name,
      set: (attributes: object) => void span.later.push(attributes),
      end: (failure?: object) => void span.ends.push(failure),
    };
  };
  return { traces: { start, [Symbol.asyncDispose]: async () => {} }, spans };
}

const record: KafkaRecord = { offset: '7', timestamp: '0', encodedSize: 0, key: null, value: null };
const sentBy = (...traceparents: readonly string[]) =>
  traceparents.map((value) => ({ ...record, headers: [['traceparent', Buffer.from(value)]] as const }));

const deadLetter: DeadLetter = {
  ...{ record, reason: 'empty', eventType: null, detail: '', sqlstate: null, redriveCount: 0 },
};
const place = { topic: 'events', partition: 2, nextOffset: 8n };
const triaged: Batch = { ...place, rows: new EventRows(), deadLetters: [deadLetter] };
const written: Written = { stored: new Map([['search', 3]]), deadLettered: 1, conflicting: 0, refused: [] };

/** Runs the stages of one batch, as far as none fails. */
async function runOne(records: readonly KafkaRecord[], change: Partial<Stages> = {}) {
  const stages: Stages = {
    triage: () => triaged,
    admit: () => true,
    write: async () => written,
    deadLetter: async () => {},
    observe: () => {},
    ...change,
  };
  const { traces, spans } = fakeTraces();
  const traced = traceStages(stages, traces, names);
  const source: RecordBatch = { ...place, records, commitOffsets: async () => {}, pausePartition: () => {} };
  const batch = traced.triage(source);
  if (!traced.admit(batch)) return spans;
  const outcome = await traced.write(batch);
  await traced.deadLetter(batch, batch.deadLetters);
  traced.observe(batch, outcome, 0);
  return spans;
}

test('the spans of a batch end once, with what was stored', async () => {
  const [batch, ...parts] = await runOne([record]);
  expect(batch).toMatchObject({
    ends: [undefined],
    later: [{ 'pipeline.stored': 3, 'pipeline.dead_lettered': 1 }],
  });
  expect(parts.map(({ name, options, ends }) => [name, options.parent?.traceparent, ends])).toEqual([
    ['write raw_events', 'process events', [undefined]],
    ['send dlq', 'process events', [undefined]],
  ]);
});

test('spans have the names and attributes of OpenTelemetry', async () => {
  const spans = await runOne([record]);
  const sent = (operation: string, topic: string) => ({
    'messaging.system': 'kafka',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': topic,
    'messaging.batch.message_count': 1,
  });
  const processed = {
    ...sent('process', 'events'),
    'messaging.destination.partition.id': '2',
    'messaging.consumer.group.name': 'group',
    'pipeline.next_offset': '8',
  };
  const stored = {
    'db.system.name': 'postgresql',
    'db.collection.name': 'raw_events',
    'db.operation.batch.size': 1,
  };
  expect(spans.map(({ kind, name, options }) => [kind, name, options.attributes])).toEqual([
    ['CONSUMER', 'process events', processed],
    ['CLIENT', 'write raw_events', stored],
    ['PRODUCER', 'send dlq', sent('send', 'dlq')],
  ]);
});

test('all types of events count as stored', async () => {
  const outcome: Written = {
    ...written,
    stored: new Map([
      ['search', 3],
      ['signup', 2],
    ]),
  };
  const [batch] = await runOne([record], { write: async () => outcome });
  expect(batch?.later).toEqual([{ 'pipeline.stored': 5, 'pipeline.dead_lettered': 1 }]);
});

test('what is traced is done as without traces', async () => {
  const done: string[] = [];
  await runOne([record], {
    deadLetter: async (_, deadLetters) => void done.push(`sent ${deadLetters.length}`),
    observe: (_, { deadLettered }, startedAt) => void done.push(`observed ${deadLettered} ${startedAt}`),
  });
  expect(done).toEqual(['sent 1', 'observed 1 0']);
});

test('records of one span are one link, records without a span none', async () => {
  const headers = [['other', Buffer.from('x')] as const, ['traceparent', null] as const];
  const [batch] = await runOne([record, { ...record, headers }, ...sentBy('a', 'b', 'a')]);
  expect([...(batch?.options.links ?? [])]).toEqual(['a', 'b']);
});

test.each(['write', 'deadLetter'] as const)('a failure to %s ends the batch with it', async (stage) => {
  const { traces, spans } = fakeTraces();
  const stages = { triage: () => triaged, [stage]: () => Promise.reject(error) } as Partial<Stages> as Stages;
  const traced = traceStages(stages, traces, names);
  const source: RecordBatch = {
    ...place,
    records: [],
    commitOffsets: async () => {},
    pausePartition: () => {},
  };
  const batch = traced.triage(source);
  await expect(traced[stage](batch, [deadLetter])).rejects.toBe(error);
  expect(spans.map(({ ends }) => ends)).toEqual([[{ error }], [{ error }]]);
});

test('a batch that is not admitted is a span without parts', async () => {
  const spans = await runOne([record], { admit: () => false });
  expect(spans.map(({ ends }) => ends)).toEqual([[undefined]]);
});

test('a batch without dead letters sends none, and its stage still runs', async () => {
  const sent: number[] = [];
  const spans = await runOne([record], {
    triage: () => ({ ...triaged, deadLetters: [] }),
    deadLetter: async (_, deadLetters) => void sent.push(deadLetters.length),
  });
  expect(spans.map(({ name }) => name)).toEqual(['process events', 'write raw_events']);
  expect(sent).toEqual([0]);
});

import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { runApp, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { type ReceivedSpan, startCollector } from './support/servers/collector.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

/** Nothing listens there. */
const nowhere = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

const traceparentOf = ({ traceId, spanId }: ReceivedSpan) => `00-${traceId}-${spanId}-01`;
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** Spans whose names begin with a word. */
function named(spans: readonly ReceivedSpan[], word: string): readonly ReceivedSpan[] {
  return spans.filter(({ name }) => name.startsWith(`${word} `));
}

/** Stores what is in the topic. */
function drain({ environment }: Pipeline, change: Readonly<Record<string, string>>) {
  return runApp('consumer', ['--once'], { ...environment, ...change });
}

/** Publishes an event and waits until it is stored. */
async function storeOne({ publish, database }: Pipeline): Promise<void> {
  const event = createEvent();
  await publish([jsonRecord(event)]);
  const isStored = async () => {
    const rows = await database.run((sql) => sql`select from raw_events where event_id = ${event.event_id}`);
    return rows.length === 1;
  };
  await waitUntil(isStored);
}

test.concurrent('a batch is a span with links to the spans that sent its records', async () => {
  await using pipeline = await createPipeline();
  await using collector = await startCollector();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b' };
  const count = ['--count', '300', '--rate', '0', '--invalid-ratio', '0.1'];
  await runApp('producer', count, { ...pipeline.environment, ...traced });
  const resource = {
    OTEL_SERVICE_NAME: 'shop',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  };
  await drain(pipeline, { ...traced, ...resource });
  expect(collector.headers()).toMatchObject({ path: '/v1/traces', 'x-key': 'a b' });
  const sent = collector.spans.filter(({ name }) => name === `send ${pipeline.topic}`);
  const batches = named(collector.spans, 'process');
  expect(new Set(batches.flatMap(({ links }) => links))).toEqual(new Set(sent.map(traceparentOf)));
  expect(sent[0]?.resource['service.name']).toBe('producer');
  expect(sum(batches.map(({ attributes }) => Number(attributes['messaging.batch.message_count'])))).toBe(300);
  expect(batches[0]).toMatchObject({
    name: `process ${pipeline.topic}`,
    parentId: '',
    status: 0,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.destination.name': pipeline.topic,
      'messaging.destination.partition.id': expect.stringMatching(/^[012]$/),
      'messaging.consumer.group.name': pipeline.groupId,
    },
    resource: { 'service.name': 'shop', 'deployment.environment.name': 'test' },
  });
});

test.concurrent('the write and the dead letters of a batch are parts of its trace', async () => {
  await using pipeline = await createPipeline();
  await using collector = await startCollector();
  const good = jsonRecord(createEvent(), { partition: 0 });
  await pipeline.publish([good, { key: null, value: Buffer.from('bad'), partition: 0 }]);
  await drain(pipeline, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/custom` });
  expect(collector.headers()).toMatchObject({ path: '/custom' });
  const [batch] = named(collector.spans, 'process');
  expect(batch?.attributes).toMatchObject({ 'pipeline.stored': 1, 'pipeline.dead_lettered': 1 });
  const parts = collector.spans.filter(({ parentId }) => parentId === batch?.spanId);
  expect(parts.map(({ name, traceId }) => [name, traceId])).toEqual([
    ['write raw_events', batch?.traceId],
    [`send ${pipeline.dlqTopic}`, batch?.traceId],
  ]);
});

test.concurrent('a span has at most 128 links, and the number of the others', async () => {
  await using pipeline = await createPipeline();
  await using collector = await startCollector();
  const records = Array.from({ length: 200 }, (_, index) => {
    const traceparent = `00-${'a'.repeat(32)}-${String(index + 1).padStart(16, '0')}-01`;
    return jsonRecord(createEvent(), { partition: 0, headers: [['traceparent', traceparent]] });
  });
  await pipeline.publish([...records, jsonRecord(createEvent(), { headers: { traceparent: 'none' } })]);
  await drain(pipeline, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const batches = named(collector.spans, 'process');
  expect(Math.max(...batches.map(({ links }) => links.length))).toBe(128);
  expect(sum(batches.map(({ links, droppedLinks }) => links.length + droppedLinks))).toBe(200);
});

test.concurrent('a batch that cannot be written ends with an error', async () => {
  await using pipeline = await createPipeline();
  await using collector = await startCollector();
  await pipeline.publish([jsonRecord(createEvent())]);
  await pipeline.database.run((sql) => sql`drop table agg_events_minute cascade`);
  const { code } = await drain(pipeline, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  expect(code).toBe(1);
  const [batch] = named(collector.spans, 'process');
  expect([batch?.status, batch?.attributes['error.type']]).toEqual([2, expect.any(String)]);
});

test.concurrent('a sampler that is off, or a disabled SDK, sends nothing', async () => {
  await using pipeline = await createPipeline();
  await using collector = await startCollector();
  await pipeline.publish([jsonRecord(createEvent())]);
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  await drain(pipeline, { ...traced, OTEL_SDK_DISABLED: 'true' });
  await pipeline.publish([jsonRecord(createEvent())]);
  await drain(pipeline, { ...traced, OTEL_TRACES_SAMPLER: 'always_off' });
  expect(collector.spans).toEqual([]);
});

test.concurrent('without a collector, events are stored, one line warns, and a stop is graceful', {
  tags: 'long',
}, async () => {
  await using pipeline = await createPipeline();
  await using consumer = startApp('consumer', [], { ...pipeline.environment, ...nowhere });
  await storeOne(pipeline);
  await waitForLog(consumer, /traces cannot be sent to 127\.0\.0\.1:9/);
  await storeOne(pipeline);
  consumer.process.kill('SIGTERM');
  const { code, stderr } = await consumer.ended;
  expect(code).toBe(0);
  expect(stderr.match(/traces cannot be sent/g)).toHaveLength(1);
});

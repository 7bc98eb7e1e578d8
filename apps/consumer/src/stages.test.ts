import type { DeadLetter, SourceRecord, Written } from '@pipeline/db';
import type { KafkaRecord, Publisher, RecordBatch } from '@pipeline/kafka';
import { createLogger } from '@pipeline/program';
import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { consume } from './consume.ts';
import { createHealth } from './health.ts';
import { createRetryPolicy } from './retry-policy.ts';
import { consumerSettings } from './settings.ts';
import { createStages } from './stages.ts';
import { createTestMetrics } from './testing/metrics.ts';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });

const event = {
  event_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11',
  event_type: 'page_view',
  event_time: '2026-11-24T09:30:12.345678Z',
  user_id: 'user-42',
  payload: { path: '/' },
};
const value = Buffer.from(JSON.stringify(event));

function toRecord(offset: number): KafkaRecord {
  return { offset: String(offset), timestamp: '0', encodedSize: value.length, key: null, value };
}

/** Consumes batches of 10 valid events with a Postgres that refuses every row, until the partition pauses. */
async function consumeRefused(window: number) {
  const metrics = createTestMetrics();
  const health = createHealth(logger, metrics);
  const writes: number[] = [];
  const stages = createStages({
    settings: readSettings(consumerSettings, { DLQ_LIMIT_WINDOW: String(window) }),
    once: false,
    writer: {
      async write({ rows }): Promise<Written> {
        writes.push(rows.length);
        return {
          stored: new Map(),
          deadLettered: rows.length,
          conflicting: 0,
          refused: rows.records.map(refuse),
        };
      },
    },
    publisher: { publish: async () => {} } as Partial<Publisher> as Publisher,
    retries: createRetryPolicy({ kafka: '', postgres: '' }, health, new AbortController().signal),
    health,
    metrics,
    logger,
    shadow: undefined,
  });
  await consume(untilPaused(100), stages);
  return { writes, pauses: health.pauses };
}

function refuse(record: SourceRecord): DeadLetter {
  const refused = { reason: 'refused_by_database', sqlstate: '23514', detail: '' } as const;
  return { record, ...refused, eventType: 'page_view', redriveCount: 0 };
}

async function* untilPaused(limit: number): AsyncGenerator<RecordBatch> {
  let isPaused = false;
  for (let from = 0; !isPaused && from < 10 * limit; from += 10) {
    yield {
      topic: 'events',
      partition: 0,
      nextOffset: BigInt(from + 10),
      records: Array.from({ length: 10 }, (_, at) => toRecord(from + at)),
      commitOffsets: async () => {},
      pausePartition: () => {
        isPaused = true;
      },
    };
  }
}

// M1
test.each([10, 40])(
  'a window of %i refused rows pauses the partition before the next batch',
  async (window) => {
    const { writes, pauses } = await consumeRefused(window);
    expect(10 * writes.length).toBeLessThanOrEqual(window);
    expect(pauses).toEqual([expect.stringMatching(/^events\/0 is paused: \d+ % /)]);
  },
);

test('the stages of a batch have their limits and names from the settings', async () => {
  const metrics = createTestMetrics();
  const progress: string[] = [];
  const health = { ...createHealth(logger, metrics), progressed: () => void progress.push('batch') };
  const published: unknown[] = [];
  const publish: Publisher['publish'] = async (topic, records, { maxBytes } = {}) => {
    const groups = [...records].map(({ headers }) => /errors\.group.(my_group)/.exec(String(headers))?.[1]);
    published.push({ topic, maxBytes, groups });
  };
  const stages = createStages({
    settings: readSettings(consumerSettings, {
      EVENT_MAX_BYTES: '100',
      KAFKA_DLQ_TOPIC: 'my_dlq',
      KAFKA_GROUP_ID: 'my_group',
      DLQ_RECORD_MAX_BYTES: '5000',
    }),
    once: false,
    writer: { write: async () => ({ stored: new Map(), deadLettered: 1, conflicting: 0, refused: [] }) },
    publisher: { publish } as Partial<Publisher> as Publisher,
    retries: createRetryPolicy({ kafka: '', postgres: '' }, health, new AbortController().signal),
    health,
    metrics,
    logger,
    shadow: undefined,
  });
  const [batch] = await Array.fromAsync(untilPaused(1));
  await consume(oneOf({ ...batch, records: [toRecord(0)] } as RecordBatch), stages);
  expect(published).toEqual([{ topic: 'my_dlq', maxBytes: 5_000, groups: ['my_group'] }]);
  expect(progress).toEqual(['batch']);
  const counted = await metrics.registry.getSingleMetricAsString('pipeline_dead_letters_total');
  expect(counted).toContain('{consumergroup="group",topic="events",reason="too_large"} 1');
});

async function* oneOf(batch: RecordBatch) {
  yield batch;
}

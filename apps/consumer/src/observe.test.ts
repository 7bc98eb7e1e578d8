import { type Batch, EventRows } from '@pipeline/db';
import { createLogger } from '@pipeline/program';
import { afterEach, expect, test, vi } from 'vitest';
import { createConsumerMetrics } from './metrics.ts';
import { createObserver } from './observe.ts';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });

/** A batch of one event of the given age. */
function batchFrom(secondsAgo: number): Batch {
  const row = {
    eventId: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11',
    eventType: 'search',
    eventTime: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
    userId: 'user-42',
    payloadJson: '{}',
    record: { offset: '7', timestamp: '0', encodedSize: 0, key: null, value: null },
  };
  return { topic: 'events', partition: 0, nextOffset: 8n, rows: EventRows.of([row]), deadLetters: [] };
}

afterEach(() => void vi.useRealTimers());

test('an event from the future does not reduce the sum of delays', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const metrics = createConsumerMetrics('test');
  const observe = createObserver(metrics, logger);
  const written = { stored: new Map([['search', 1]]), deadLettered: 0, refused: [] };
  for (const secondsAgo of [5, -3_600]) observe(batchFrom(secondsAgo), written, performance.now());
  const text = await metrics.registry.getSingleMetricAsString('pipeline_end_to_end_seconds');
  expect(Number(/_sum (\S+)/.exec(text)?.[1])).toBeCloseTo(5, 1);
  expect(text).toContain('pipeline_end_to_end_seconds_count 2');
});

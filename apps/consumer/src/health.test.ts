import { createLogger } from '@pipeline/runtime';
import { expect, test, vi } from 'vitest';
import { createHealth } from './health.ts';
import { createConsumerMetrics } from './metrics.ts';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });
const working = { joined: true, batchesInFlight: 1, silentMs: 0 };

/** The result of `stuck` after some seconds without progress. */
function stuckAfter(seconds: number, source: typeof working): string | undefined {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const health = createHealth(logger, createConsumerMetrics('test'));
  health.watch(source);
  clock.mockReturnValue(seconds * 1_000);
  const stuck = health.stuck();
  clock.mockRestore();
  return stuck;
}

test('a batch without progress is stuck, an idle process is not', () => {
  expect(stuckAfter(119, working)).toBeUndefined();
  expect(stuckAfter(121, working)).toMatch(/no progress for 121 s/);
  expect(stuckAfter(100_000, { ...working, batchesInFlight: 0 })).toBeUndefined();
});

test('a silent group member is stuck, one that is waiting for Kafka is not', () => {
  expect(stuckAfter(1, { ...working, silentMs: 89_000 })).toBeUndefined();
  expect(stuckAfter(1, { ...working, silentMs: 91_000 })).toMatch(/silent for 91 s/);
  expect(stuckAfter(1, { joined: false, batchesInFlight: 0, silentMs: 91_000 })).toBeUndefined();
});

test('pauses are reported with their reasons until the next rebalance', () => {
  const metrics = createConsumerMetrics('test');
  const health = createHealth(logger, metrics);
  health.paused('events/1', 'too many dead letters');
  expect(health.pauses).toEqual(['events/1 is paused: too many dead letters']);
  health.resumed();
  expect(health.pauses).toEqual([]);
});

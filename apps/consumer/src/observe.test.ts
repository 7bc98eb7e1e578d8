import { type Batch, type DeadLetter, EventRows, type Written } from '@pipeline/db';
import { createLogger } from '@pipeline/program';
import type { Logger } from '@pipeline/runtime';
import { afterEach, expect, test, vi } from 'vitest';
import { createObserver } from './observe.ts';
import { createTestMetrics } from './testing/metrics.ts';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });
const types = new Set(['search', 'signup']);

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
  const metrics = createTestMetrics();
  const observe = createObserver(metrics, logger, types);
  const written = { stored: new Map([['search', 1]]), deadLettered: 0, conflicting: 0, refused: [] };
  for (const secondsAgo of [5, -3_600]) observe(batchFrom(secondsAgo), written, performance.now());
  const text = await metrics.registry.getSingleMetricAsString('pipeline_end_to_end_seconds');
  expect(Number(/_sum\S* (\S+)/.exec(text)?.[1])).toBeCloseTo(5, 1);
  expect(text).toContain('pipeline_end_to_end_seconds_count{consumergroup="group",topic="events"} 2');
});

const record = { offset: '9', timestamp: '0', key: null, value: null };
const rejected: DeadLetter = {
  record,
  reason: 'empty',
  eventType: null,
  detail: '',
  sqlstate: null,
  redriveCount: 0,
};
const refused: DeadLetter = { ...rejected, reason: 'refused_by_database', sqlstate: '22P05' };

/** The counters and log lines after a batch of six records, of which one is rejected. */
async function observeBatch(written: Written) {
  const metrics = createTestMetrics();
  const lines: unknown[] = [];
  const log =
    (level: string) =>
    (fields: object | string, text = '') =>
      lines.push({ level, ...Object(fields), text });
  const recorder = { debug: log('debug'), warn: log('warn') } as Partial<Logger> as Logger;
  const rows = EventRows.of(Array.from({ length: 5 }, () => [...batchFrom(5).rows]).flat());
  const batch = { ...batchFrom(5), rows, deadLetters: [rejected] };
  createObserver(metrics, recorder, types)(batch, written, performance.now() - 1_000_000);
  const text = await metrics.registry.metrics();
  const counts = text
    .split('\n')
    .filter((line) => /^(pipeline|messaging)_\w+_(total|count|sum)\b/.test(line));
  return { counts: new Map(counts.map((line) => line.split(' ') as [string, string])), lines };
}

test('every record of a batch is counted as stored, a duplicate or a dead letter', async () => {
  const stored = new Map([
    ['search', 2],
    ['signup', 1],
  ]);
  const { counts } = await observeBatch({ stored, deadLettered: 2, conflicting: 0, refused: [refused] });
  expect(Object.fromEntries(counts)).toMatchObject({
    'pipeline_events_stored_total{consumergroup="group",topic="events",event_type="search"}': '2',
    'pipeline_events_stored_total{consumergroup="group",topic="events",event_type="signup"}': '1',
    'pipeline_dead_letters_total{consumergroup="group",topic="events",reason="empty"}': '1',
    'pipeline_dead_letters_total{consumergroup="group",topic="events",reason="refused_by_database"}': '1',
    'pipeline_events_duplicate_total{consumergroup="group",topic="events"}': '1',
    'pipeline_batch_events_sum{consumergroup="group",topic="events"}': '6',
  });
  const consumed = [...counts].filter(([name]) => name.startsWith('messaging_'));
  expect(consumed).toEqual([[expect.stringContaining('messaging_system="kafka"'), '6']]);
  expect(consumed[0]?.[0]).toContain('messaging_destination_name="events"');
  expect(consumed[0]?.[0]).toContain('topic="events",partition="0"');
  expect(
    Number(counts.get('pipeline_batch_seconds_sum{consumergroup="group",topic="events"}')),
  ).toBeGreaterThanOrEqual(1_000);
  expect(Number(counts.get('pipeline_batch_seconds_sum{consumergroup="group",topic="events"}'))).toBeLessThan(
    100_000,
  );
});

test('stored events of types outside the definition are counted as other', async () => {
  const stored = new Map([
    ['search', 1],
    ['teleport', 2],
    ['beam', 1],
  ]);
  const { counts } = await observeBatch({ stored, deadLettered: 1, conflicting: 0, refused: [] });
  const labels = [...counts].filter(([name]) => name.startsWith('pipeline_events_stored_total'));
  expect(labels).toEqual([
    ['pipeline_events_stored_total{consumergroup="group",topic="events",event_type="search"}', '1'],
    ['pipeline_events_stored_total{consumergroup="group",topic="events",event_type="other"}', '3'],
  ]);
});

test('dead letters that are stored already are not counted again', async () => {
  const { counts } = await observeBatch({ stored: new Map(), deadLettered: 0, conflicting: 0, refused: [] });
  expect(
    counts.get('pipeline_dead_letters_total{consumergroup="group",topic="events",reason="empty"}'),
  ).toBeUndefined();
});

test('a batch without events has no delay', async () => {
  const metrics = createTestMetrics();
  const batch = { ...batchFrom(5), rows: new EventRows(), deadLetters: [rejected] };
  createObserver(metrics, logger, types)(
    batch,
    { stored: new Map(), deadLettered: 1, conflicting: 0, refused: [] },
    0,
  );
  const text = await metrics.registry.getSingleMetricAsString('pipeline_end_to_end_seconds');
  expect(text).toContain('pipeline_end_to_end_seconds_count{consumergroup="group",topic="events"} 0');
});

test('refused records are logged once per batch, with first offset and SQLSTATEs', async () => {
  const other = { ...refused, record: { ...record, offset: '11' }, sqlstate: '23514' };
  const { lines } = await observeBatch({
    stored: new Map(),
    deadLettered: 3,
    conflicting: 0,
    refused: [refused, refused, other],
  });
  expect(lines).toEqual([
    {
      level: 'warn',
      topic: 'events',
      partition: 0,
      offset: '9',
      refused: 3,
      sqlstates: ['22P05', '23514'],
      text: 'Postgres refused events; they are now dead letters',
    },
    expect.objectContaining({ level: 'debug', topic: 'events', partition: 0, nextOffset: '8', records: 6 }),
  ]);
});

const conflicting: DeadLetter = { ...rejected, reason: 'conflicting_event' };

test('conflicting events are counted, as duplicates or as dead letters', async () => {
  const counting = await observeBatch({ stored: new Map(), deadLettered: 1, conflicting: 2, refused: [] });
  expect(Object.fromEntries(counting.counts)).toMatchObject({
    'pipeline_events_duplicate_total{consumergroup="group",topic="events"}': '5',
    'pipeline_events_conflicting_total{consumergroup="group",topic="events"}': '2',
  });
  const keeping = await observeBatch({
    stored: new Map(),
    deadLettered: 2,
    conflicting: 0,
    refused: [conflicting],
  });
  expect(Object.fromEntries(keeping.counts)).toMatchObject({
    'pipeline_events_duplicate_total{consumergroup="group",topic="events"}': '4',
    'pipeline_events_conflicting_total{consumergroup="group",topic="events"}': '0',
    'pipeline_dead_letters_total{consumergroup="group",topic="events",reason="conflicting_event"}': '1',
  });
});

test.each([
  [{ conflicting: 2, refused: [] }, { conflicting: 2, offset: undefined }, 'are counted as duplicates'],
  [{ conflicting: 0, refused: [conflicting] }, { conflicting: 1, offset: '9' }, 'are now dead letters'],
])('conflicting events are logged once per batch (%#)', async (outcome, fields, end) => {
  const { lines } = await observeBatch({ stored: new Map(), deadLettered: 1, ...outcome });
  expect(lines).toEqual([
    {
      level: 'warn',
      topic: 'events',
      partition: 0,
      ...fields,
      text: `events differ from the stored ones with their ids; they ${end}`,
    },
    expect.objectContaining({ level: 'debug' }),
  ]);
});

test('without refused records nothing is logged above debug', async () => {
  const { lines } = await observeBatch({ stored: new Map(), deadLettered: 1, conflicting: 0, refused: [] });
  expect(lines).toMatchObject([{ level: 'debug', text: 'batch done' }]);
});

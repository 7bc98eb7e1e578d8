import { expect, test } from 'vitest';
import { createConsumerMetrics } from './metrics.ts';

const pipeline = { KAFKA_GROUP_ID: 'group', KAFKA_TOPIC: ['events', 'orders'] } as const;

test('metrics have the names and labels that dashboards depend on', async () => {
  const metrics = createConsumerMetrics('1.2.3', pipeline);
  const events = metrics.labelsOf('events');
  metrics.eventsStored.inc({ ...events, event_type: 'purchase' }, 2);
  metrics.deadLetters.inc({ ...events, reason: 'not_json' });
  metrics.retries.inc({ ...metrics.allTopics, cause: '57P01' });
  metrics.consumerGroupLag.set({ ...events, partition: 0 }, 7);
  metrics.lagSeconds.set({ ...events, partition: 0 }, 0.5);
  const lines = (await metrics.registry.metrics()).split('\n');
  const labels = 'consumergroup="group",topic="events"';
  expect(lines).toEqual(
    expect.arrayContaining([
      'pipeline_build_info{version="1.2.3"} 1',
      `pipeline_events_stored_total{${labels},event_type="purchase"} 2`,
      `pipeline_events_duplicate_total{${labels}} 0`,
      `pipeline_dead_letters_total{${labels},reason="not_json"} 1`,
      'pipeline_retries_total{consumergroup="group",topic="events,orders",cause="57P01"} 1',
      `pipeline_paused{${labels}} 0`,
      `kafka_consumergroup_lag{${labels},partition="0"} 7`,
      `pipeline_lag_seconds{${labels},partition="0"} 0.5`,
      ...['batch_events', 'batch_seconds', 'end_to_end_seconds'].map(
        (name) => `pipeline_${name}_bucket{le="+Inf",${labels}} 0`,
      ),
    ]),
  );
});

test('every metric of the consumer alone has the labels of the pipeline', () => {
  const { registry } = createConsumerMetrics('1.2.3', pipeline);
  const own = registry
    .getMetricsAsArray()
    .filter(({ name }) => !/^(nodejs|process)_|^pipeline_(build_info|ready)$/.test(name));
  expect(own.length).toBeGreaterThan(10);
  for (const metric of own)
    expect(metric).toMatchObject({ labelNames: expect.arrayContaining(['consumergroup', 'topic']) });
});

test('counters of every topic start at 0', async () => {
  const { registry } = createConsumerMetrics('1.2.3', pipeline);
  const text = await registry.metrics();
  for (const topic of pipeline.KAFKA_TOPIC)
    for (const name of ['events_duplicate', 'events_conflicting', 'log_truncations'])
      expect(text).toContain(`pipeline_${name}_total{consumergroup="group",topic="${topic}"} 0`);
});

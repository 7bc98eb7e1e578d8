import { expect, test } from 'vitest';
import { createConsumerMetrics } from './metrics.ts';

test('metrics have the names and labels that dashboards depend on', async () => {
  const metrics = createConsumerMetrics('1.2.3');
  metrics.eventsStored.inc({ event_type: 'purchase' }, 2);
  metrics.deadLetters.inc({ reason: 'not_json' });
  metrics.retries.inc({ cause: '57P01' });
  metrics.consumerGroupLag.set({ consumergroup: 'group', topic: 'events', partition: 0 }, 7);
  const lines = (await metrics.registry.metrics()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'pipeline_build_info{version="1.2.3"} 1',
      'pipeline_events_stored_total{event_type="purchase"} 2',
      'pipeline_events_duplicate_total 0',
      'pipeline_dead_letters_total{reason="not_json"} 1',
      'pipeline_retries_total{cause="57P01"} 1',
      'pipeline_paused 0',
      'kafka_consumergroup_lag{consumergroup="group",topic="events",partition="0"} 7',
      ...['batch_events', 'batch_seconds', 'end_to_end_seconds'].map(
        (name) => `pipeline_${name}_bucket{le="+Inf"} 0`,
      ),
    ]),
  );
});

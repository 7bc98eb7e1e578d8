import { createProcessMetrics, type ProcessMetrics } from '@pipeline/program';
import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client';

/** Every metric of the consumer; dashboards depend on the names. */
export interface ConsumerMetrics extends ProcessMetrics {
  readonly eventsStored: Counter<'event_type'>;
  readonly eventsDuplicate: Counter;
  readonly eventsConflicting: Counter;
  readonly deadLetters: Counter<'reason'>;
  readonly shadowRejections: Counter<'reason'>;
  readonly batchEvents: Histogram;
  readonly batchSeconds: Histogram;
  readonly endToEndSeconds: Histogram;
  readonly logTruncations: Counter;
  readonly retries: Counter<'cause'>;
  readonly paused: Gauge;
  readonly consumerGroupLag: Gauge<'consumergroup' | 'topic' | 'partition'>;
  /** OpenTelemetry's `messaging.client.consumed.messages`, in its Prometheus form. */
  readonly consumedMessages: Counter<'messaging_system' | 'messaging_destination_name'>;
}

const seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const delays = [...seconds, 60, 300, 3_600, 86_400];
const sizes = [1, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 50_000];

/** The consumer's metrics in a registry of their own, those of every process included. */
export function createConsumerMetrics(version: string): ConsumerMetrics {
  const metrics = createProcessMetrics(version);
  const registers = [metrics.registry];
  return { ...metrics, ...ingestMetrics(registers), ...deliveryMetrics(registers) };
}

function ingestMetrics(registers: Registry[]) {
  const common = { registers };
  return {
    eventsStored: new Counter({
      ...common,
      name: 'pipeline_events_stored_total',
      help: 'Events stored; types outside the definition are counted as other',
      labelNames: ['event_type'],
    }),
    eventsDuplicate: new Counter({
      ...common,
      name: 'pipeline_events_duplicate_total',
      help: 'Events skipped because their event_id was already stored',
    }),
    eventsConflicting: new Counter({
      ...common,
      name: 'pipeline_events_conflicting_total',
      help: 'Duplicates that differ from the stored event in type, time, user or payload',
    }),
    deadLetters: new Counter({
      ...common,
      name: 'pipeline_dead_letters_total',
      help: 'Dead letters by reason',
      labelNames: ['reason'],
    }),
    shadowRejections: new Counter({
      ...common,
      name: 'pipeline_shadow_rejections_total',
      help: 'Stored events that SHADOW_SCHEMA would reject; a redelivered event counts again',
      labelNames: ['reason'],
    }),
    batchEvents: new Histogram({
      ...common,
      name: 'pipeline_batch_events',
      help: 'Records per batch',
      buckets: sizes,
    }),
    batchSeconds: new Histogram({
      ...common,
      name: 'pipeline_batch_seconds',
      help: 'Seconds to process a batch, offset commit included',
      buckets: seconds,
    }),
  } as const;
}

function deliveryMetrics(registers: Registry[]) {
  const common = { registers };
  return {
    endToEndSeconds: new Histogram({
      ...common,
      name: 'pipeline_end_to_end_seconds',
      help: 'Seconds from event_time to stored, for the newest event of each batch',
      buckets: delays,
    }),
    logTruncations: new Counter({
      ...common,
      name: 'pipeline_log_truncations_total',
      help: 'Times that a partition had lost records that are stored, so that it was re-read',
    }),
    retries: new Counter({
      ...common,
      name: 'pipeline_retries_total',
      help: 'Retries after transient errors',
      labelNames: ['cause'],
    }),
    paused: new Gauge({ ...common, name: 'pipeline_paused', help: '1 if any partition is paused, else 0' }),
    consumerGroupLag: new Gauge({
      ...common,
      name: 'kafka_consumergroup_lag',
      help: 'Records from the committed offset to the end offset',
      labelNames: ['consumergroup', 'topic', 'partition'],
    }),
    consumedMessages: new Counter({
      ...common,
      name: 'messaging_client_consumed_messages_total',
      help: 'Records consumed',
      labelNames: ['messaging_system', 'messaging_destination_name'],
    }),
  } as const;
}

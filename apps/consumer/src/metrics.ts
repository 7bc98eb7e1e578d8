import type { GroupSettings, KafkaSettings } from '@pipeline/kafka';
import { createProcessMetrics, type ProcessMetrics } from '@pipeline/program';
import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client';

/** The labels of every series, so that several pipelines can share a Prometheus. */
const common = ['consumergroup', 'topic'] as const;
type Common = (typeof common)[number];

/** Values of the common labels. */
export type PipelineLabels = Readonly<Record<Common, string>>;

/** Every metric of the consumer; dashboards depend on the names. */
export interface ConsumerMetrics extends ProcessMetrics {
  /** The common labels of a topic. */
  readonly labelsOf: (topic: string) => PipelineLabels;
  /** The common labels of what concerns all topics; `topic` is the setting, comma-separated. */
  readonly allTopics: PipelineLabels;
  readonly eventsStored: Counter<Common | 'event_type'>;
  readonly eventsDuplicate: Counter<Common>;
  readonly eventsConflicting: Counter<Common>;
  readonly deadLetters: Counter<Common | 'reason'>;
  readonly shadowRejections: Counter<Common | 'reason'>;
  readonly batchEvents: Histogram<Common>;
  readonly batchSeconds: Histogram<Common>;
  readonly endToEndSeconds: Histogram<Common>;
  readonly logTruncations: Counter<Common>;
  readonly retries: Counter<Common | 'cause'>;
  readonly paused: Gauge<Common>;
  readonly partitionPaused: Gauge<Common | 'partition'>;
  readonly consumerGroupLag: Gauge<Common | 'partition'>;
  readonly lagSeconds: Gauge<Common | 'partition'>;
  readonly freshnessSeconds: Gauge<Common | 'partition'>;
  /** OpenTelemetry's `messaging.client.consumed.messages`, in its Prometheus form. */
  readonly consumedMessages: Counter<
    Common | 'partition' | 'messaging_system' | 'messaging_destination_name'
  >;
}

/** The pipeline that the metrics belong to. */
type MeasuredPipeline = Pick<KafkaSettings & GroupSettings, 'KAFKA_TOPIC' | 'KAFKA_GROUP_ID'>;

const seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const delays = [...seconds, 60, 300, 3_600, 86_400];
const sizes = [1, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 50_000];

/** The consumer's metrics in a registry of their own, those of every process included. */
export function createConsumerMetrics(
  version: string,
  { KAFKA_TOPIC: topics, KAFKA_GROUP_ID: consumergroup }: MeasuredPipeline,
): ConsumerMetrics {
  const metrics = createProcessMetrics(version, consumergroup);
  const own = createOwn([metrics.registry]);
  const labelsOf = (topic: string) => ({ consumergroup, topic });
  for (const topic of topics) startAtZero(own, labelsOf(topic));
  return { ...metrics, ...own, labelsOf, allTopics: labelsOf(topics.join(',')) };
}

function createOwn(registers: Registry[]) {
  return {
    ...ingestMetrics(registers),
    ...batchMetrics(registers),
    ...deliveryMetrics(registers),
    ...pauseMetrics(registers),
    ...lagMetrics(registers),
  };
}

/** Without its first value the increase of a counter would be unknown. */
function startAtZero(own: ReturnType<typeof createOwn>, labels: PipelineLabels): void {
  for (const counter of [own.eventsDuplicate, own.eventsConflicting, own.logTruncations])
    counter.inc(labels, 0);
  for (const histogram of [own.batchEvents, own.batchSeconds, own.endToEndSeconds]) histogram.zero(labels);
  own.paused.set(labels, 0);
}

function ingestMetrics(registers: Registry[]) {
  return {
    eventsStored: new Counter({
      registers,
      name: 'pipeline_events_stored_total',
      help: 'Events stored; types outside the definition are counted as other',
      labelNames: [...common, 'event_type'],
    }),
    eventsDuplicate: new Counter({
      registers,
      name: 'pipeline_events_duplicate_total',
      help: 'Events skipped because their event_id was already stored',
      labelNames: common,
    }),
    eventsConflicting: new Counter({
      registers,
      name: 'pipeline_events_conflicting_total',
      help: 'Duplicates that differ from the stored event in type, time, user or payload',
      labelNames: common,
    }),
    deadLetters: new Counter({
      registers,
      name: 'pipeline_dead_letters_total',
      help: 'Dead letters by reason',
      labelNames: [...common, 'reason'],
    }),
    shadowRejections: new Counter({
      registers,
      name: 'pipeline_shadow_rejections_total',
      help: 'Stored events that SHADOW_SCHEMA would reject; a redelivered event counts again',
      labelNames: [...common, 'reason'],
    }),
  } as const;
}

function batchMetrics(registers: Registry[]) {
  return {
    batchEvents: new Histogram({
      registers,
      name: 'pipeline_batch_events',
      help: 'Records per batch',
      labelNames: common,
      buckets: sizes,
    }),
    batchSeconds: new Histogram({
      registers,
      name: 'pipeline_batch_seconds',
      help: 'Seconds to process a batch, offset commit included',
      labelNames: common,
      buckets: seconds,
    }),
    endToEndSeconds: new Histogram({
      registers,
      name: 'pipeline_end_to_end_seconds',
      help: 'Seconds from event_time to stored, for the newest event of each batch',
      labelNames: common,
      buckets: delays,
    }),
  } as const;
}

function deliveryMetrics(registers: Registry[]) {
  return {
    logTruncations: new Counter({
      registers,
      name: 'pipeline_log_truncations_total',
      help: 'Times that a partition had lost records that are stored, so that it was re-read',
      labelNames: common,
    }),
    retries: new Counter({
      registers,
      name: 'pipeline_retries_total',
      help: 'Retries after transient errors, for all topics together',
      labelNames: [...common, 'cause'],
    }),
    consumedMessages: new Counter({
      registers,
      name: 'messaging_client_consumed_messages_total',
      help: 'Records consumed and committed',
      labelNames: [...common, 'partition', 'messaging_system', 'messaging_destination_name'],
    }),
  } as const;
}

function lagMetrics(registers: Registry[]) {
  return {
    consumerGroupLag: new Gauge({
      registers,
      name: 'kafka_consumergroup_lag',
      help: 'Records from the committed offset to the end offset',
      labelNames: [...common, 'partition'],
    }),
    lagSeconds: new Gauge({
      registers,
      name: 'pipeline_lag_seconds',
      help: 'Age of the oldest record that is not stored yet in seconds, 0 without lag',
      labelNames: [...common, 'partition'],
    }),
    freshnessSeconds: new Gauge({
      registers,
      name: 'pipeline_freshness_seconds',
      help: 'Seconds since the last batch of a partition was stored, none before the first one of the process',
      labelNames: [...common, 'partition'],
    }),
  } as const;
}

function pauseMetrics(registers: Registry[]) {
  return {
    paused: new Gauge({
      registers,
      name: 'pipeline_paused',
      help: '1 if any partition of the topic is paused because of its dead letters, else 0',
      labelNames: common,
    }),
    partitionPaused: new Gauge({
      registers,
      name: 'pipeline_partition_paused',
      help: '1 if an operator has paused the partition, else 0',
      labelNames: [...common, 'partition'],
    }),
  } as const;
}

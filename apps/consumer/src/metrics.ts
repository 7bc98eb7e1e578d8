import type { GroupSettings, KafkaSettings } from '@pipeline/kafka';
import { createProcessMetrics } from '@pipeline/program';
import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client';

/** The labels of every series, so that several pipelines can share a Prometheus. */
const common = ['consumergroup', 'topic'] as const;
type Common = (typeof common)[number];

/** Values of the common labels. */
type PipelineLabels = Readonly<Record<Common, string>>;

/** Every metric of the consumer; dashboards depend on the names. */
export type ConsumerMetrics = ReturnType<typeof createConsumerMetrics>;

/** The pipeline that the metrics belong to. */
type MeasuredPipeline = Pick<KafkaSettings & GroupSettings, 'KAFKA_TOPIC' | 'KAFKA_GROUP_ID'>;

const seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const delays = [...seconds, 60, 300, 3_600, 86_400];
const sizes = [1, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 50_000];

/** The consumer's metrics in a registry of their own, those of every process included. */
export function createConsumerMetrics(
  version: string,
  { KAFKA_TOPIC: topics, KAFKA_GROUP_ID: consumergroup }: MeasuredPipeline,
) {
  const metrics = createProcessMetrics(version, consumergroup);
  const own = createOwn(makersIn(metrics.registry));
  /** The common labels of a topic. */
  const labelsOf = (topic: string): PipelineLabels => ({ consumergroup, topic });
  for (const topic of topics) startAtZero(own, labelsOf(topic));
  /** The common labels of what concerns all topics; `topic` is the setting, comma-separated. */
  const allTopics = labelsOf(topics.join(','));
  return { ...metrics, ...own, labelsOf, allTopics };
}

type Makers = ReturnType<typeof makersIn>;

/** Functions that create a metric with the common labels and some of its own. */
function makersIn(registry: Registry) {
  const shared = { registers: [registry] };
  return {
    counter: <Own extends string = never>(name: string, help: string, ...own: readonly Own[]) =>
      new Counter({ ...shared, name, help, labelNames: [...common, ...own] }),
    gauge: <Own extends string = never>(name: string, help: string, ...own: readonly Own[]) =>
      new Gauge({ ...shared, name, help, labelNames: [...common, ...own] }),
    histogram: (name: string, help: string, buckets: number[]) =>
      new Histogram({ ...shared, name, help, labelNames: common, buckets }),
  };
}

function createOwn(makers: Makers) {
  return {
    ...ingestMetrics(makers),
    ...batchMetrics(makers),
    ...deliveryMetrics(makers),
    ...pauseMetrics(makers),
    ...lagMetrics(makers),
  };
}

/** Without its first value the increase of a counter would be unknown. */
function startAtZero(own: ReturnType<typeof createOwn>, labels: PipelineLabels): void {
  for (const counter of [own.eventsDuplicate, own.eventsConflicting, own.logTruncations])
    counter.inc(labels, 0);
  for (const histogram of [own.batchEvents, own.batchSeconds, own.endToEndSeconds]) histogram.zero(labels);
  own.paused.set(labels, 0);
}

function ingestMetrics({ counter }: Makers) {
  return {
    eventsStored: counter(
      'pipeline_events_stored_total',
      'Events stored; types outside the definition are counted as other',
      'event_type',
    ),
    eventsDuplicate: counter(
      'pipeline_events_duplicate_total',
      'Events skipped because their event_id was already stored',
    ),
    eventsConflicting: counter(
      'pipeline_events_conflicting_total',
      'Duplicates that differ from the stored event in type, time, user or payload',
    ),
    deadLetters: counter('pipeline_dead_letters_total', 'Dead letters by reason', 'reason'),
    shadowRejections: counter(
      'pipeline_shadow_rejections_total',
      'Stored events that SHADOW_SCHEMA would reject; a redelivered event counts again',
      'reason',
    ),
  };
}

function batchMetrics({ histogram }: Makers) {
  return {
    batchEvents: histogram('pipeline_batch_events', 'Records per batch', sizes),
    batchSeconds: histogram(
      'pipeline_batch_seconds',
      'Seconds to process a batch, offset commit included',
      seconds,
    ),
    endToEndSeconds: histogram(
      'pipeline_end_to_end_seconds',
      'Seconds from event_time to stored, for the newest event of each batch',
      delays,
    ),
  };
}

function deliveryMetrics({ counter }: Makers) {
  return {
    logTruncations: counter(
      'pipeline_log_truncations_total',
      'Times that a partition had lost records that are stored, so that it was re-read',
    ),
    retries: counter(
      'pipeline_retries_total',
      'Retries after transient errors, for all topics together',
      'cause',
    ),
    /** OpenTelemetry's `messaging.client.consumed.messages`, in its Prometheus form. */
    consumedMessages: counter(
      'messaging_client_consumed_messages_total',
      'Records consumed and committed',
      'partition',
      'messaging_system',
      'messaging_destination_name',
    ),
  };
}

function lagMetrics({ gauge }: Makers) {
  return {
    consumerGroupLag: gauge(
      'kafka_consumergroup_lag',
      'Records from the committed offset to the end offset',
      'partition',
    ),
    lagSeconds: gauge(
      'pipeline_lag_seconds',
      'Age of the oldest record that is not stored yet in seconds, 0 without lag',
      'partition',
    ),
    freshnessSeconds: gauge(
      'pipeline_freshness_seconds',
      'Seconds since the last batch of a partition was stored, none before the first one of the process',
      'partition',
    ),
  };
}

function pauseMetrics({ gauge }: Makers) {
  return {
    paused: gauge(
      'pipeline_paused',
      '1 if any partition of the topic is paused because of its dead letters, else 0',
    ),
    partitionPaused: gauge(
      'pipeline_partition_paused',
      '1 if an operator has paused the partition, else 0',
      'partition',
    ),
  };
}

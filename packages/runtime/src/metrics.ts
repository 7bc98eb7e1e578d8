import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';

/** Every metric of the pipeline, with the names that dashboards rely on. Counters count since the process started. */
export interface Metrics {
  readonly registry: Registry;
  readonly eventsStored: Counter<'event_type'>;
  readonly eventsDuplicate: Counter;
  readonly deadLetters: Counter<'reason'>;
  readonly shadowRejections: Counter<'reason'>;
  readonly batchEvents: Histogram;
  readonly batchSeconds: Histogram;
  readonly endToEndSeconds: Histogram;
  readonly retries: Counter<'cause'>;
  readonly paused: Gauge;
  /** Of `/readyz`, as it was at the last scrape. */
  readonly ready: Gauge;
  readonly consumerGroupLag: Gauge<'consumergroup' | 'topic' | 'partition'>;
  /** OpenTelemetry's `messaging.client.consumed.messages`, in its Prometheus form. */
  readonly consumedMessages: Counter<'messaging_system' | 'messaging_destination_name'>;
}

const seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const delays = [...seconds, 60, 300, 3_600, 86_400];
const sizes = [1, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 50_000];

/** How often Node's loop is looked at: by default so often that an idle process wakes a hundred times a second. */
const loopLooks = { eventLoopMonitoringPrecision: 200, eventLoopUtilizationTimeout: 1_000 };

/** The metrics of one process in a registry of their own, Node's included. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, ...loopLooks });
  new Gauge({ name: 'pipeline_build_info', help: 'Always 1', labelNames: ['version'], registers }).set(
    { version },
    1,
  );
  return { registry, ...ingestMetrics(registers), ...deliveryMetrics(registers) };
}

function ingestMetrics(registers: Registry[]) {
  const common = { registers };
  return {
    eventsStored: new Counter({
      ...common,
      name: 'pipeline_events_stored_total',
      help: 'Events newly stored',
      labelNames: ['event_type'],
    }),
    eventsDuplicate: new Counter({
      ...common,
      name: 'pipeline_events_duplicate_total',
      help: 'Events that were stored already',
    }),
    deadLetters: new Counter({
      ...common,
      name: 'pipeline_dead_letters_total',
      help: 'Records kept as dead letters',
      labelNames: ['reason'],
    }),
    shadowRejections: new Counter({
      ...common,
      name: 'pipeline_shadow_rejections_total',
      help: 'Stored events that the schemas of SHADOW_SCHEMA would reject, counted again when they are read again',
      labelNames: ['reason'],
    }),
    batchEvents: new Histogram({
      ...common,
      name: 'pipeline_batch_events',
      help: 'Records of a batch',
      buckets: sizes,
    }),
    batchSeconds: new Histogram({
      ...common,
      name: 'pipeline_batch_seconds',
      help: 'From taking a batch to the end of its last step',
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
      help: 'From event_time to stored, of the newest event of each batch',
      buckets: delays,
    }),
    retries: new Counter({
      ...common,
      name: 'pipeline_retries_total',
      help: 'Tries that failed and were repeated',
      labelNames: ['cause'],
    }),
    paused: new Gauge({ ...common, name: 'pipeline_paused', help: '1 while a partition is paused' }),
    ready: new Gauge({ ...common, name: 'pipeline_ready', help: '1 while /readyz says so, else 0' }),
    consumerGroupLag: new Gauge({
      ...common,
      name: 'kafka_consumergroup_lag',
      help: 'Records between the committed offset and the end of the log',
      labelNames: ['consumergroup', 'topic', 'partition'],
    }),
    consumedMessages: new Counter({
      ...common,
      name: 'messaging_client_consumed_messages_total',
      help: 'Records read',
      labelNames: ['messaging_system', 'messaging_destination_name'],
    }),
  } as const;
}

/** What only the stats page knows; nothing where it is not known. */
interface StatsMetrics {
  readonly lagSeconds: Gauge<'consumergroup' | 'topic' | 'partition'>;
  readonly openDeadLetters: Gauge<'topic'>;
}

/** Adds the metrics of the stats page. */
export function createStatsMetrics({ registry }: Pick<Metrics, 'registry'>): StatsMetrics {
  const common = { registers: [registry] };
  return {
    lagSeconds: new Gauge({
      ...common,
      name: 'pipeline_lag_seconds',
      help: 'Seconds since the last stored record was sent, where records wait; 0 where none does. Of the stats page',
      labelNames: ['consumergroup', 'topic', 'partition'],
    }),
    openDeadLetters: new Gauge({
      ...common,
      name: 'pipeline_open_dead_letters',
      help: 'Dead letters that nobody has dealt with. Of the stats page',
      labelNames: ['topic'],
    }),
  };
}

import { createProcessMetrics } from '@pipeline/program';
import { Gauge } from '@prometheus-io/client';

/** Every metric of the stats server; an unknown value has no series. */
export type StatsMetrics = ReturnType<typeof createStatsMetrics>;

/** The stats server's metrics in a registry of their own, those of every process included. */
export function createStatsMetrics(version: string, consumergroup: string) {
  const metrics = createProcessMetrics(version, consumergroup);
  const common = { registers: [metrics.registry] };
  return {
    ...metrics,
    lagSeconds: new Gauge({
      ...common,
      name: 'pipeline_lag_seconds',
      help: 'Age of the last processed record in seconds, 0 without lag',
      labelNames: ['consumergroup', 'topic', 'partition'],
    }),
    openDeadLetters: new Gauge({
      ...common,
      name: 'pipeline_open_dead_letters',
      help: 'Open dead letters',
      labelNames: ['consumergroup', 'topic'],
    }),
    lastVerify: new Gauge({
      ...common,
      name: 'pipeline_verify_last_run_timestamp_seconds',
      help: 'When stats verify last compared the tables, in seconds since 1970',
      labelNames: ['consumergroup'],
    }),
    verifyDifferences: new Gauge({
      ...common,
      name: 'pipeline_verify_differences',
      help: 'Differences that stats verify found when it last ran',
      labelNames: ['consumergroup'],
    }),
  };
}

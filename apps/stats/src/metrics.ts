import { createProcessMetrics, type ProcessMetrics } from '@pipeline/program';
import { Gauge } from '@prometheus-io/client';

/** Every metric of the stats server; an unknown value has no series. */
export interface StatsMetrics extends ProcessMetrics {
  readonly lagSeconds: Gauge<'consumergroup' | 'topic' | 'partition'>;
  readonly openDeadLetters: Gauge<'consumergroup' | 'topic'>;
}

/** The stats server's metrics in a registry of their own, those of every process included. */
export function createStatsMetrics(version: string, consumergroup: string): StatsMetrics {
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
  };
}

import { collectDefaultMetrics, Gauge, Registry } from '@prometheus-io/client';

/** The metrics that every process exports; apps add their own to the registry. */
export interface ProcessMetrics {
  readonly registry: Registry;
  /** The readiness at the last scrape. */
  readonly ready: Pick<Gauge, 'set'>;
}

/** By default the event loop is sampled a hundred times a second, which keeps an idle process awake. */
const loopSampling = { eventLoopMonitoringPrecision: 200, eventLoopUtilizationTimeout: 1_000 };

/**
 * A registry with Node's metrics, the build and the readiness. Counters start at 0 with the process.
 * @param consumergroup the group of the pipeline, a label of the readiness
 */
export function createProcessMetrics(version: string, consumergroup: string): ProcessMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, ...loopSampling });
  const build = {
    name: 'pipeline_build_info',
    help: 'Build information, always 1',
    labelNames: ['version'] as const,
  };
  new Gauge({ ...build, registers }).set({ version }, 1);
  const ready = new Gauge({
    name: 'pipeline_ready',
    help: '1 if the readiness probe passes, else 0',
    labelNames: ['consumergroup'],
    registers,
  });
  return { registry, ready: ready.labels({ consumergroup }) };
}

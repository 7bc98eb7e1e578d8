import { createMetrics, createStatsMetrics } from '@pipeline/runtime';
import { renderTable } from './table.ts';

const introduction = `The consumer (\`METRICS_PORT\`) and the stats server (\`STATS_PORT\`) export metrics at \`/metrics\` in the Prometheus text
format. Counters start at 0 with the process. Node's own metrics, \`nodejs_*\` and \`process_*\`, are exported as well.`;

/** `docs/metrics.md`. */
export function renderMetrics(): string {
  const metrics = createMetrics('0');
  createStatsMetrics(metrics);
  const own = metrics.registry.getMetricsAsArray().filter(({ name }) => !/^(nodejs|process)_/.test(name));
  const rows = own.map((metric) => [
    `\`${metric.name}\``,
    metric.type,
    labelsOf(metric)
      .map((label) => `\`${label}\``)
      .join(', '),
    metric.help,
  ]);
  return `# Metrics\n\n${introduction}\n\n${renderTable(['name', 'type', 'labels', 'meaning'], rows)}\n`;
}

/** The client's types lack the labels. */
function labelsOf(metric: object): readonly string[] {
  return 'labelNames' in metric ? (metric.labelNames as readonly string[]) : [];
}

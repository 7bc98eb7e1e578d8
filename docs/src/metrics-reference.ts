import { createMetrics, createStatsMetrics } from '@pipeline/runtime';
import { renderTable } from './table.ts';

const introduction = `The consumer answers at \`/metrics\` (\`METRICS_PORT\`) in the text format of Prometheus, and so does the stats page
(\`STATS_PORT\`). Counters count since the process started. Besides these there are Node's own, \`nodejs_*\` and \`process_*\`.`;

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

/** The client's types leave the labels out. */
function labelsOf(metric: object): readonly string[] {
  return 'labelNames' in metric ? (metric.labelNames as readonly string[]) : [];
}

import { createConsumerMetrics } from 'consumer/metrics';
import { createStatsMetrics } from 'stats/metrics';
import { renderTable } from './table.ts';

const introduction = `The consumer (\`METRICS_PORT\`) and the stats server (\`STATS_PORT\`) export metrics at \`/metrics\` in the Prometheus text
format. Counters start at 0 with the process. Node's own metrics, \`nodejs_*\` and \`process_*\`, are exported as well.`;

const pipeline = { KAFKA_GROUP_ID: 'group', KAFKA_TOPIC: ['events'] } as const;

/** `docs/metrics.md`. */
export function renderMetrics(): string {
  const apps = { consumer: createConsumerMetrics('0', pipeline), stats: createStatsMetrics('0', 'group') };
  const rows = new Map<string, string[]>();
  for (const [app, { registry }] of Object.entries(apps)) {
    for (const metric of registry
      .getMetricsAsArray()
      .filter(({ name }) => !/^(nodejs|process)_/.test(name))) {
      const row = rows.get(metric.name);
      if (row === undefined) rows.set(metric.name, [...describe(metric), app]);
      else row[row.length - 1] += `, ${app}`;
    }
  }
  const columns = ['name', 'type', 'labels', 'meaning', 'exported by'];
  return `# Metrics\n\n${introduction}\n\n${renderTable(columns, [...rows.values()])}\n`;
}

type Metric = ReturnType<ReturnType<typeof createStatsMetrics>['registry']['getMetricsAsArray']>[number];

function describe(metric: Metric): string[] {
  const labels = labelsOf(metric).map((label) => `\`${label}\``);
  return [`\`${metric.name}\``, String(metric.type), labels.join(', '), metric.help];
}

/** The client's types lack the labels. */
function labelsOf(metric: object): readonly string[] {
  return 'labelNames' in metric ? (metric.labelNames as readonly string[]) : [];
}

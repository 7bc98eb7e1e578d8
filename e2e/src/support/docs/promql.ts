import { parser } from '@prometheus-io/lezer-promql';

/** The names that a PromQL query refers to. */
export interface Query {
  readonly metrics: readonly string[];
  /** Labels in selectors and in groupings. */
  readonly labels: readonly string[];
}

/**
 * Parses a query with Prometheus's own grammar.
 * @throws Error if it is invalid
 */
export function parseQuery(text: string): Query {
  const query = { metrics: new Set<string>(), labels: new Set<string>() };
  parser.parse(text).iterate({
    enter({ name, from, to, type }) {
      const part = text.slice(from, to);
      if (type.isError) throw new Error(`not PromQL at ${from}: ${text}`);
      if (name === 'Identifier') query.metrics.add(part);
      if (name === 'LabelName') query.labels.add(part);
    },
  });
  return { metrics: [...query.metrics], labels: [...query.labels] };
}

/** Parses a scrape: the metric names, each with its labels. */
export function parseScrape(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const series = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const known = series.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    series.set(name, known);
  }
  return series;
}

import { parser } from '@prometheus-io/lezer-promql';

/** What a query of PromQL asks for. */
export interface Query {
  readonly metrics: readonly string[];
  /** Those that select, and those that are grouped by. */
  readonly labels: readonly string[];
}

/** Reads a query with Prometheus's own grammar. @throws Error where it cannot be parsed */
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

/** What a scrape has: the names of its series, and the labels of each. */
export function parseScrape(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const series = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const known = series.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    series.set(name, known);
  }
  return series;
}

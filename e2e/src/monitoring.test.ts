import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { createFilledPipeline } from './support/data/filled.ts';
import { parseQuery, parseScrape } from './support/docs/promql.ts';
import { type Program, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import type { Pipeline } from './support/servers/pipeline.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const { groups }: { groups: readonly { rules: readonly Rule[] }[] } = parse(
  read('infra/chart/monitoring/alerts.yaml'),
);
const rules = groups.flatMap((group) => group.rules);
const { panels }: { panels: readonly Panel[] } = JSON.parse(read('infra/chart/monitoring/dashboard.json'));

/** Grafana substitutes `$__rate_interval`. */
const queries = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [title, expr.replaceAll('$__rate_interval', '1m')] as const),
  ),
];

/** Added by Prometheus to each scrape. */
const added = { metrics: ['up'], labels: ['job', 'instance'] };

const stack = new AsyncDisposableStack();
let scraped: ReadonlyMap<string, ReadonlySet<string>>;

beforeAll(async () => {
  const pipeline = stack.use(await createFilledPipeline());
  await runApp('stats', ['verify'], pipeline.environment);
  const consumer = stack.use(startApp('consumer', [], pipeline.environment));
  const stats = stack.use(startApp('stats', ['serve'], pipeline.environment));
  await waitForLog(consumer, /joined the group/);
  await provokeRetry(pipeline, consumer);
  await pipeline.publish([jsonRecord({ not: 'an event' })]);
  await waitUntil(async () => /^kafka_consumergroup_lag.* 0$/m.test(await scrape(consumer)));
  scraped = parseScrape(`${await scrape(consumer)}${await scrape(stats)}`);
}, 120_000);
afterAll(() => stack.disposeAsync());

async function scrape(program: Program): Promise<string> {
  await waitForLog(program, /http:\/\/127\.0\.0\.1:\d+/);
  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(program.stderr()) ?? [];
  return await (await fetch(`${url}/metrics`)).text();
}

/** `pipeline_retries_total` has no series before the first retry. */
async function provokeRetry({ database, publish }: Pipeline, consumer: Program): Promise<void> {
  await database.run((sql) =>
    sql
      .unsafe(
        `create function fail() returns trigger language plpgsql as $$ begin raise sqlstate '40001'; end $$;
         create trigger fail before insert on raw_events for each statement execute function fail()`,
      )
      .simple(),
  );
  await publish([jsonRecord(createEvent())]);
  await waitUntil(async () => /^pipeline_retries_total\{/m.test(await scrape(consumer)));
  await database.run((sql) => sql`drop trigger fail on raw_events`);
}

test.each(queries)('%s uses only exported metrics and labels: %s', (_, text) => {
  const query = parseQuery(text);
  const metrics = query.metrics.filter((name) => !added.metrics.includes(name));
  expect(metrics.filter((name) => !scraped.has(name))).toEqual([]);
  const labels = new Set([...added.labels, ...metrics.flatMap((name) => [...(scraped.get(name) ?? [])])]);
  expect(query.labels.filter((label) => !labels.has(label))).toEqual([]);
});

test('metric and label names are parsed from a query', () => {
  expect(parseQuery('sum by (le) (rate(no_such_total{topic="a"}[5m]))')).toEqual({
    metrics: ['no_such_total'],
    labels: ['le', 'topic'],
  });
  expect(() => parseQuery('sum(rate(a[5m])')).toThrow('not PromQL');
});

test.each(rules)('$alert has a delay, a summary and a runbook', (rule) => {
  expect(rule).toMatchObject({
    for: expect.stringMatching(/^\d+[mh]$/),
    labels: { severity: expect.any(String) },
  });
  expect(rule.annotations.summary.length).toBeGreaterThan(10);
  const anchor = `<a id="${rule.alert.toLowerCase()}"></a>`;
  expect(rule.annotations.runbook_url).toBe(`docs/runbooks.md#${rule.alert.toLowerCase()}`);
  expect(read('docs/runbooks.md')).toContain(anchor);
});

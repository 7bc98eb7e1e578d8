import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { rootFolder } from '../settings.ts';
import { chartFolder, noHelm, renderRelease } from './testing/helm.ts';
import type { Manifest } from './testing/manifests.ts';
import { findFiringAlerts, noPromtool } from './testing/promtool.ts';

const read = (path: string) => readFileSync(join(rootFolder, path), 'utf8');

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
}

interface Variable {
  readonly name: string;
  readonly query: string | { readonly query: string };
  readonly current?: { readonly value: readonly string[] };
}

const shared: Dashboard = JSON.parse(readFileSync(join(chartFolder, 'monitoring/dashboard.json'), 'utf8'));
const exprs = ({ panels }: Dashboard) => panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

test('every query is filtered by the variables, and uses documented metrics', () => {
  const queries = exprs(shared);
  expect(queries.length).toBeGreaterThan(15);
  const filter = '{job=~"$job",consumergroup=~"$consumergroup"';
  const documented = read('docs/metrics.md');
  for (const query of queries) {
    const selectors = query.match(/\b(?:pipeline|kafka|messaging)_\w+(?:\{[^}]*\})?/g) ?? [];
    expect(selectors.length).toBeGreaterThan(0);
    for (const selector of selectors) {
      const name = selector.replace(/\{.*/, '').replace(/_bucket$/, '');
      expect(documented).toContain(`| \`${name}\` |`);
      const isReady = name === 'pipeline_ready';
      expect(selector.slice(selector.indexOf('{'))).toBe(`${filter}${isReady ? '' : ',topic=~"$topic"'}}`);
    }
  }
});

test('the variables of the dashboard narrow each other: job, group, topic', () => {
  const [, job, group, topic] = shared.templating.list;
  expect(shared.templating.list.map(({ name }) => name)).toEqual([
    ...['datasource', 'job', 'consumergroup', 'topic'],
  ]);
  expect(job?.query).toMatchObject({ query: 'label_values(pipeline_ready, job)' });
  expect(group?.query).toMatchObject({ query: expect.stringContaining('{job=~"$job"}') });
  const narrowed = expect.stringContaining('{job=~"$job",consumergroup=~"$consumergroup"}');
  expect(topic?.query).toMatchObject({ query: narrowed });
});

describe.skipIf(noHelm !== undefined)(`monitoring of releases${noHelm ? ` (${noHelm})` : ''}`, () => {
  const names = ['orders', 'payments'];
  let releases: readonly (readonly Manifest[])[];
  beforeAll(() => {
    releases = names.map((name) => renderRelease(name));
  }, 60_000);

  const ruleOf = (objects: readonly Manifest[]) =>
    objects.find(({ kind }) => kind === 'PrometheusRule') as Manifest;

  test('each release has a dashboard of its own, which begins with its job', () => {
    const dashboards = releases.map((objects) => {
      const { data = {} } = objects.find(({ metadata }) => metadata.name.endsWith('-dashboard')) ?? {};
      return JSON.parse(Object.values(data)[0] ?? '') as Dashboard;
    });
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(2);
    for (const [index, dashboard] of dashboards.entries()) {
      expect(dashboard.uid).toMatch(/^[0-9a-f]{40}$/);
      expect(dashboard.title).toContain(names[index]);
      expect(exprs(dashboard)).toEqual(exprs(shared));
      const job = dashboard.templating.list.find(({ name }) => name === 'job');
      expect(job?.current?.value).toEqual([`pipeline-pipeline-${names[index]}`]);
    }
  });

  test('every runbook_url is an absolute URL of an anchor in docs/runbooks.md', () => {
    const runbooks = read('docs/runbooks.md');
    const rules: readonly Rule[] = ruleOf(releases[0] ?? []).spec.groups[0].rules;
    expect(rules.length).toBeGreaterThan(8);
    for (const { alert, annotations } of rules) {
      const [url, anchor] = annotations.runbook_url.split('#');
      expect(url).toBe('https://git.example.com/kafka-to-postgres/docs/runbooks.md');
      expect(anchor).toBe(alert.toLowerCase());
      expect(runbooks).toContain(`<a id="${anchor}"></a>`);
    }
  });

  interface Rule {
    readonly alert: string;
    readonly annotations: { readonly runbook_url: string };
  }

  describe.skipIf(noPromtool !== undefined)(`alerts${noPromtool ? ` (${noPromtool})` : ''}`, () => {
    const series = Object.fromEntries(
      names.flatMap((name) => {
        const labels = `job="pipeline-pipeline-${name}",instance="${name}"`;
        return [
          [`up{${labels}}`, '1x29 0x60'],
          [`pipeline_ready{${labels},consumergroup="${name}"}`, '1x29 stale'],
          [`pipeline_paused{${labels},consumergroup="${name}",topic="${name}"}`, '0x29 stale'],
        ];
      }),
    );

    test('the rule of a release fires for its own pods only', () => {
      const fired = findFiringAlerts(series, 60, stringify(ruleOf(releases[1] ?? []).spec));
      const job = 'pipeline-pipeline-payments';
      expect(fired).toEqual(
        expect.arrayContaining([
          { alertname: 'PipelineDown', job, instance: 'payments' },
          { alertname: 'PipelineNoConsumer', job, consumergroup: 'payments' },
        ]),
      );
      expect(new Set(fired.map((alert) => alert['job']))).toEqual(new Set([job]));
    });

    test('a release whose consumers never started fires although another one is healthy', () => {
      const other = Object.fromEntries(Object.entries(series).filter(([name]) => name.includes('payments')));
      const fired = findFiringAlerts(other, 20, stringify(ruleOf(releases[0] ?? []).spec));
      expect(fired).toEqual([{ alertname: 'PipelineNoConsumer', job: 'pipeline-pipeline-orders' }]);
    });
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { rootFolder } from '../settings.ts';
import { everything } from './testing/everything.ts';
import { chartFolder, noHelm, renderRelease, runHelm } from './testing/helm.ts';
import { findMistakes, type Manifest, podsOf, templateOf } from './testing/manifests.ts';
import { idOf, referencesOf, releaseOf, selectedBy, selectorsOf } from './testing/references.ts';

/** Names that are easily confused: each but the last is another one with a word of the chart. */
const names = ['orders', 'orders-consumer', 'orders-stats', 'orders-migrate', 'payments'];

/** Objects that docs/kubernetes.md creates for a release, or that the values name. */
const byHand = (name: string) => [
  ...['owner', 'consumer', 'stats', 'operator', 'topics', 'keda'].map((role) => `Secret ${name}-${role}`),
  ...['Secret page-users', 'Secret oauth2-proxy', 'ConfigMap pipeline-ca', 'PersistentVolumeClaim proofs'],
];

const hookOf = ({ metadata }: Manifest) => metadata.annotations?.['helm.sh/hook'];
const weightOf = ({ metadata }: Manifest) => Number(metadata.annotations?.['helm.sh/hook-weight']);

describe.skipIf(noHelm !== undefined)(`the chart${noHelm ? ` (${noHelm})` : ''}`, () => {
  let example: readonly Manifest[];
  let full: readonly Manifest[];
  let releases: readonly Manifest[];

  beforeAll(() => {
    example = renderRelease('orders');
    full = renderRelease('orders', everything);
    releases = names.flatMap((name) => renderRelease(name, everything));
  }, 60_000);

  test('Helm finds nothing to complain about in the chart', () => {
    const { status, stdout } = runHelm([
      'lint',
      chartFolder,
      '--strict',
      '--values',
      join(chartFolder, 'example.yaml'),
    ]);
    expect({ status, warnings: stdout.match(/\[(WARNING|ERROR)\].*/g) }).toEqual({
      status: 0,
      warnings: null,
    });
  });

  test('a packaged chart renders the same', () => {
    const folder = mkdtempSync(join(tmpdir(), 'package-'));
    try {
      expect(runHelm(['package', chartFolder, '--destination', folder]).status).toBe(0);
      const [archive = ''] = readdirSync(folder);
      expect(renderRelease('orders', {}, join(folder, archive))).toEqual(example);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('five releases are valid by the types of all APIs', () => {
    expect(findMistakes([...example, ...releases])).toEqual([]);
    const kinds = new Set([...example, ...full].map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      ...['ConfigMap', 'CronJob', 'Deployment', 'Ingress', 'Job', 'NetworkPolicy', 'PodDisruptionBudget'],
      ...['PodMonitor', 'PrometheusRule', 'ScaledObject', 'Service', 'ServiceAccount', 'StatefulSet'],
      'TriggerAuthentication',
    ]);
  }, 60_000);

  test('an unknown field is reported', () => {
    const { spec, ...rest } = example.find(({ kind }) => kind === 'Deployment') as Manifest;
    expect(findMistakes([{ ...rest, spec: { ...spec, replica: 1 } }])).toEqual([
      expect.stringMatching(/"replica"' does not exist/),
    ]);
  }, 60_000);

  test('five releases in one namespace have no name in common', () => {
    const ids = releases.map(idOf);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(new Set(releases.map(releaseOf))).toEqual(new Set(names));
  });

  test('no object selects a pod of another release', () => {
    const foreign = releases.filter((one) =>
      selectedBy(one, releases).some((other) => releaseOf(other) !== releaseOf(one)),
    );
    expect(foreign.map(idOf)).toEqual([]);
    const selecting = releases.filter((one) => selectedBy(one, releases).length > 0);
    expect([...new Set(selecting.map(({ kind }) => kind))].sort()).toEqual([
      ...['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'PodMonitor', 'Service', 'StatefulSet'],
    ]);
  });

  test('workloads select their own pods only, also within a release', () => {
    const workloads = full.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind));
    for (const workload of workloads) expect(selectedBy(workload, full).map(idOf)).toEqual([idOf(workload)]);
  });

  test('each PodMonitor scrapes the consumer and the page of its release only', () => {
    const monitors = releases.filter(({ kind }) => kind === 'PodMonitor');
    expect(monitors.map(releaseOf)).toEqual(names);
    for (const monitor of monitors) {
      const name = releaseOf(monitor);
      const scraped = selectedBy(monitor, releases);
      expect(scraped.map(idOf).sort()).toEqual([`Deployment ${name}-stats`, `StatefulSet ${name}-consumer`]);
      const ports = scraped.map((one) => templateOf(one)?.spec.containers[0]?.ports?.[0]?.name);
      expect(ports).toEqual([
        monitor.spec.podMetricsEndpoints[0].port,
        monitor.spec.podMetricsEndpoints[0].port,
      ]);
    }
    const jobs = monitors.map(({ spec }) => spec.podMetricsEndpoints[0].relabelings[0].replacement);
    expect(jobs).toEqual(names.map((name) => `pipeline-pipeline-${name}`));
  });

  test.each(names)('every reference of %s is to an object of its own, or one that exists before', (name) => {
    const own = releases.filter((one) => releaseOf(one) === name);
    const known = [...own.map(idOf), ...byHand(name)];
    const references = own.flatMap(referencesOf);
    expect(references.length).toBeGreaterThan(20);
    expect(references.filter((id) => !known.includes(id))).toEqual([]);
  });

  test('hooks need only what exists before the release, or earlier hooks', () => {
    const hooks = full.filter((one) => hookOf(one) !== undefined);
    expect(new Set(hooks.map(hookOf))).toEqual(new Set(['pre-install,pre-upgrade']));
    const jobs = hooks.filter(({ kind }) => kind === 'Job').sort((a, b) => weightOf(a) - weightOf(b));
    expect(jobs.map(idOf)).toEqual(['Job orders-topics', 'Job orders-migrate']);
    for (const job of jobs) {
      const earlier = hooks.filter((one) => weightOf(one) < weightOf(job));
      const known = [...earlier.map(idOf), ...byHand('orders')];
      expect(referencesOf(job).filter((id) => !known.includes(id))).toEqual([]);
      const egress = earlier.filter(({ kind }) => kind === 'NetworkPolicy');
      expect(egress.flatMap((one) => selectedBy(one, full).map(idOf))).toContain(idOf(job));
    }
  });

  test('an upgrade changes no immutable field, whatever the values', () => {
    const immutable = (objects: readonly Manifest[]) =>
      Object.fromEntries(
        objects
          .filter(({ kind, spec }) => kind !== 'NetworkPolicy' && (spec?.selector || spec?.serviceName))
          .map((one) => [idOf(one), [one.spec.serviceName, one.spec.podManagementPolicy, selectorsOf(one)]]),
      );
    const upgraded = renderRelease('orders', {
      ...everything,
      image: { tag: '9.9.9' },
      settings: { KAFKA_TOPIC: 'others' },
      podLabels: { team: 'payments' },
      stats: { ...everything.stats, replicas: 2 },
    });
    expect(Object.keys(immutable(full)).length).toBeGreaterThan(5);
    expect(immutable(upgraded)).toEqual(immutable(full));
    const component = (name: string) => ({
      'app.kubernetes.io/name': 'kafka-to-postgres',
      'app.kubernetes.io/instance': 'orders',
      'app.kubernetes.io/component': name,
    });
    const [consumer] = example.filter((one) => idOf(one) === 'Deployment orders-consumer');
    const [stats] = example.filter((one) => idOf(one) === 'Deployment orders-stats');
    expect(consumer?.spec.selector.matchLabels).toEqual(component('consumer'));
    expect(stats?.spec.selector.matchLabels).toEqual(component('stats'));
  });

  test('every pod runs without privileges', () => {
    expect(podsOf(full).length).toBe(9);
    for (const [, pod] of podsOf(full)) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of pod.containers)
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  test('every pod has requests, a memory limit, and no secret in its environment', () => {
    for (const [, pod] of podsOf(full))
      for (const { resources, env = [] } of pod.containers) {
        expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory']);
        expect(Object.keys(resources.limits)).toEqual(['memory']);
        expect(env.filter(({ name }) => /(PASSWORD|DATABASE_URL|SECRET)$/.test(name))).toEqual([]);
      }
  });

  test('only CronJobs can write, and only to a folder for temporary files', () => {
    const writing = podsOf(full).flatMap(([id, { containers }]) =>
      containers.flatMap(({ volumeMounts }) =>
        volumeMounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => [id, mountPath]),
      ),
    );
    expect(writing).toEqual(
      ['partition', 'prove', 'purge', 'verify'].map((word) => [`CronJob orders-${word}`, '/tmp']),
    );
  });

  test('liveness probes check the process only, so that an outage restarts nothing', () => {
    const probed = podsOf(example).flatMap(([id, { containers }]) =>
      containers.filter((one) => 'livenessProbe' in one).map((one) => [id, one] as const),
    );
    expect(probed.map(([id]) => id).sort()).toEqual([
      'Deployment orders-consumer',
      'Deployment orders-stats',
    ]);
    for (const [id, { livenessProbe, startupProbe, readinessProbe }] of probed) {
      expect(livenessProbe?.httpGet.path).toBe('/livez');
      expect(startupProbe?.httpGet.path).toBe('/livez');
      expect(readinessProbe?.httpGet.path).toBe(id.endsWith('consumer') ? '/readyz' : '/livez');
    }
  });

  test('only oauth2-proxy, the listed peers and Prometheus reach the page', () => {
    const policies = full.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.map(({ metadata }) => metadata.name).sort()).toEqual([
      ...['orders-egress', 'orders-hooks', 'orders-metrics', 'orders-page'],
    ]);
    const page = policies.find(({ metadata }) => metadata.name === 'orders-page');
    const login = full.find((one) => idOf(one) === 'Deployment orders-login');
    expect(page?.spec.ingress[0].from).toEqual([
      ...everything.networkPolicy.pageFrom,
      { podSelector: login?.spec.selector },
    ]);
    const admitting = policies.filter(({ spec }) => spec.ingress !== undefined);
    expect(admitting.map(({ metadata }) => metadata.name).sort()).toEqual(['orders-metrics', 'orders-page']);
  });
});

test('the version of the chart is that of the programs', () => {
  const { version } = JSON.parse(readFileSync(join(rootFolder, 'apps/consumer/package.json'), 'utf8'));
  const chart = parse(readFileSync(join(chartFolder, 'Chart.yaml'), 'utf8'));
  expect(chart).toMatchObject({ version, appVersion: version });
});

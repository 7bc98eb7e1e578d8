import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { rootFolder } from '../settings.ts';
import {
  buildOverExample,
  buildOverlay,
  buildPipelines,
  buildWithLogin,
  noKustomize,
} from './testing/kustomize.ts';
import { findMistakes, kubernetesFolder, type Manifest, podsOf, readFolder } from './testing/manifests.ts';
import { idOf, pipelineOf, referencesOf, selectedBy } from './testing/references.ts';

const base = readFolder('base');
const login = readFolder('login');
const named = (name: string, kind: string) =>
  base.find((one) => one.kind === kind && one.metadata.name === name) as Manifest;

test('the manifests are valid by the APIs of Kubernetes and KEDA', () => {
  expect(base.length).toBeGreaterThanOrEqual(10);
  expect(findMistakes(base)).toEqual([]);
});

test('the login of the stats page is valid, and sets only settings that exist', () => {
  expect(findMistakes(login)).toEqual([]);
  const patch = parse(readFileSync(join(kubernetesFolder, 'login/stats-patch.yaml'), 'utf8'));
  const [{ env }] = patch.spec.template.spec.containers;
  const settings = readFileSync(join(rootFolder, 'docs/settings.md'), 'utf8');
  expect(env.filter(({ name }: { name: string }) => !settings.includes(`\`${name}\``))).toEqual([]);
});

test('the page admits only the pods of the login', () => {
  const policy = login.find(({ kind }) => kind === 'NetworkPolicy')?.spec;
  const [{ from }] = policy.ingress;
  const proxy = login.find(({ kind }) => kind === 'Deployment');
  expect(from).toEqual([{ podSelector: proxy?.spec.selector }]);
  expect(policy.podSelector).toEqual({ matchLabels: { 'app.kubernetes.io/name': 'stats' } });
});

test('an unknown field is reported', () => {
  const { spec, ...rest } = named('consumer', 'Deployment');
  expect(findMistakes([{ ...rest, spec: { ...spec, replica: 1 } }])).toEqual([
    expect.stringMatching(/"replica"' does not exist/),
  ]);
});

const pods = podsOf([...base, ...login]);

test.each(pods)('%s runs without privileges', (_, pod) => {
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
});

test.each(pods)('%s has resource requests and gets no secret by its environment', (_, pod) => {
  for (const { resources, env = [] } of pod.containers) {
    expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory']);
    expect(Object.keys(resources.limits)).toEqual(['memory']);
    expect(env.filter(({ name }) => /PASSWORD|DATABASE_URL/.test(name))).toEqual([]);
  }
});

test('liveness probes check the process only, so that an outage restarts nothing', () => {
  for (const name of ['consumer', 'stats']) {
    const [container] = named(name, 'Deployment').spec.template.spec.containers;
    expect(container.livenessProbe.httpGet.path).toBe('/livez');
    expect(container.startupProbe.httpGet.path).toBe('/livez');
  }
  const [consumer] = named('consumer', 'Deployment').spec.template.spec.containers;
  expect(consumer.readinessProbe.httpGet.path).toBe('/readyz');
});

test.each([
  ['consumer', 'Deployment'],
  ['stats', 'Deployment'],
  ['migrate', 'Job'],
])('%s can read a definition, and starts without one', (name, kind) => {
  const { containers, volumes } = named(name, kind).spec.template.spec;
  expect(volumes).toContainEqual({ name: 'events', configMap: { name: 'pipeline-events', optional: true } });
  const mount = { name: 'events', mountPath: '/etc/pipeline/events', readOnly: true };
  expect(containers[0].volumeMounts).toContainEqual(mount);
});

test('network policies select the pods of the pipeline only', () => {
  const policies = base.filter(({ kind }) => kind === 'NetworkPolicy');
  expect(policies.map(({ metadata }) => metadata.name).sort()).toEqual(['metrics', 'pipeline']);
  for (const { spec } of policies)
    expect(spec.podSelector.matchLabels).toEqual({ 'app.kubernetes.io/part-of': 'kafka-to-postgres' });
});

test('only KEDA sets the number of consumers', () => {
  expect(named('consumer', 'Deployment').spec.replicas).toBeUndefined();
  expect(named('consumer', 'ScaledObject').spec.scaleTargetRef).toEqual({ name: 'consumer' });
});

describe.skipIf(noKustomize !== undefined)(`overlays${noKustomize ? ` (${noKustomize})` : ''}`, () => {
  test('the example is valid and replaces images and limits of the base', () => {
    const example = buildOverlay(join(kubernetesFolder, 'example'));
    expect(findMistakes(example)).toEqual([]);
    const images = podsOf(example).flatMap(([, pod]) => pod.containers.map(({ image }) => image));
    expect(images.filter((image) => !image.startsWith('registry.example.com/'))).toEqual([]);
    expect(example.find(({ kind }) => kind === 'ScaledObject')?.spec.maxReplicaCount).toBe(12);
  });

  test('the login is valid with the example, and replaces the allowed hosts', () => {
    const built = buildWithLogin();
    expect(findMistakes(built)).toEqual([]);
    expect(built.map(idOf)).toEqual(expect.arrayContaining(login.map(idOf)));
    const [, page] = podsOf(built).find(([name]) => name === 'Deployment stats') ?? [];
    const env = Object.fromEntries((page?.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
    expect(env).toMatchObject({
      STATS_PORT: '3000',
      STATS_BASE_PATH: '/pipeline/',
      STATS_ALLOWED_HOSTS: 'tools.example.com',
    });
  });

  test('the documented overlay for logins with tokens leaves no setting of a password', () => {
    const page = readFileSync(join(rootFolder, 'docs/secure.md'), 'utf8');
    const [, lines = ''] = /^```yaml\n([^`]*aws-msk-iam[^`]*)^```$/m.exec(page) ?? [];
    const built = buildOverExample(lines);
    expect(findMistakes(built)).toEqual([]);
    const { data } =
      built.find(({ kind, metadata }) => kind === 'ConfigMap' && /^pipeline-/.test(metadata.name)) ?? {};
    expect(data).toMatchObject({ KAFKA_SASL_MECHANISM: 'aws-msk-iam', KAFKA_SASL_PASSWORD_FILE: '' });
    const users = podsOf(built).flatMap(([, { containers }]) =>
      containers.flatMap(({ env = [] }) => env.filter(({ name }) => name === 'KAFKA_SASL_USERNAME')),
    );
    expect(users.map(({ value }) => value)).toEqual(['', '']);
  });

  const names = ['orders', 'payments', 'clicks', 'refunds', 'audit'];
  const byHand = [
    ...['migrate', 'consumer', 'stats', 'keda'].map((name) => `Secret NAME-pipeline-${name}`),
    ...['ca', 'events'].map((name) => `ConfigMap NAME-pipeline-${name}`),
  ];
  let pipelines: readonly Manifest[];
  beforeAll(() => {
    pipelines = noKustomize === undefined ? buildPipelines(names) : [];
  }, 60_000);

  test('five pipelines in one namespace have no name in common', () => {
    const ids = pipelines.map(idOf);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(new Set(pipelines.map(pipelineOf))).toEqual(new Set(names));
  });

  test.each(names)('every reference of the pipeline %s is to an object of its own', (name) => {
    const own = pipelines.filter((one) => pipelineOf(one) === name);
    const known = [...own.map(idOf), ...byHand.map((id) => id.replace('NAME', name))];
    const references = own.flatMap(referencesOf);
    expect(references.length).toBeGreaterThan(10);
    expect(references.filter((id) => !known.includes(id))).toEqual([]);
  });

  test('no object selects a pod of another pipeline', () => {
    const foreign = pipelines.filter((one) => {
      const selected = selectedBy(one, pipelines);
      return selected.some((pipeline) => pipeline !== pipelineOf(one));
    });
    expect(foreign.map(idOf)).toEqual([]);
    const selecting = pipelines.filter((one) => selectedBy(one, pipelines).length > 0);
    expect(new Set(selecting.map(({ kind }) => kind))).toEqual(
      new Set(['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service']),
    );
  });

  test('the example next to other pipelines selects only its own pods', () => {
    const example = buildOverlay(join(kubernetesFolder, 'example'));
    const selected = example.flatMap((one) => selectedBy(one, [...example, ...pipelines]));
    expect(new Set(selected)).toEqual(new Set(['events']));
  });

  test('each pipeline has topics, a group and a schema of its own', () => {
    const settings = pipelines.filter(({ kind }) => kind === 'ConfigMap').map(({ data }) => data);
    for (const name of ['KAFKA_TOPIC', 'KAFKA_DLQ_TOPIC', 'KAFKA_GROUP_ID', 'DATABASE_SCHEMA'])
      expect(new Set(settings.map((data) => data?.[name])).size).toBe(names.length);
  });
});

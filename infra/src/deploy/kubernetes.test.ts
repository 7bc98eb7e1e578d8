import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  findMistakes,
  kubernetesFolder,
  type Manifest,
  parseManifests,
  podsOf,
  readBase,
} from './testing/manifests.ts';

const base = readBase();
const named = (name: string, kind: string) =>
  base.find((one) => one.kind === kind && one.metadata.name === name) as Manifest;

test('the manifests are valid by the APIs of Kubernetes and KEDA', () => {
  expect(base.length).toBeGreaterThanOrEqual(10);
  expect(findMistakes(base)).toEqual([]);
});

test('an unknown field is reported', () => {
  const { spec, ...rest } = named('consumer', 'Deployment');
  expect(findMistakes([{ ...rest, spec: { ...spec, replica: 1 } }])).toEqual([
    expect.stringMatching(/"replica"' does not exist/),
  ]);
});

const pods = podsOf(base);

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

test.each(['consumer', 'stats'])('%s can read a definition, and starts without one', (name) => {
  const { containers, volumes } = named(name, 'Deployment').spec.template.spec;
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

/** Either will do: kubectl contains kustomize. */
const builders = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
] as const;

const builder = builders.find(([program]) => spawnSync(program, ['version']).error === undefined);

test('the example is valid and replaces images and limits of the base', ({ skip }) => {
  if (builder === undefined) return skip('neither kustomize nor kubectl is installed');
  const [program, word] = builder;
  const yaml = execFileSync(program, [word, join(kubernetesFolder, 'example')], { encoding: 'utf8' });
  const example = parseManifests(yaml);
  expect(findMistakes(example)).toEqual([]);
  const images = podsOf(example).flatMap(([, pod]) => pod.containers.map(({ image }) => image));
  expect(images.filter((image) => !image.startsWith('registry.example.com/'))).toEqual([]);
  expect(example.find(({ kind }) => kind === 'ScaledObject')?.spec.maxReplicaCount).toBe(12);
});

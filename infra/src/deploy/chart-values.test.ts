import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { rootFolder } from '../settings.ts';
import { everything } from './testing/everything.ts';
import { noHelm, notesOf, rejection, renderRelease, runHelm } from './testing/helm.ts';
import { findMistakes, type Manifest, type PodSpec, podsOf } from './testing/manifests.ts';
import { idOf } from './testing/references.ts';

/** The pod of an object. */
function podOf(id: string, objects: readonly Manifest[]): PodSpec {
  const [, pod] = podsOf(objects).find(([one]) => one === id) ?? [];
  if (pod === undefined) throw new Error(`no ${id}`);
  return pod;
}

/** The environment of the pod of an object. */
function environmentOf(id: string, objects: readonly Manifest[]) {
  const env = podOf(id, objects).containers[0]?.env ?? [];
  return Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
}

const consumer = 'Deployment orders-consumer';

describe.skipIf(noHelm !== undefined)(`values of the chart${noHelm ? ` (${noHelm})` : ''}`, () => {
  test('settings of a program replace those of all, and numbers keep their digits', () => {
    const settings = { KAFKA_FETCH_MAX_BYTES: 1073741824, DLQ_LIMIT_RATIO: 0.25, KAFKA_SSL: true };
    const objects = renderRelease('orders', {
      settings,
      consumer: { settings: { KAFKA_SSL: false, LOG_LEVEL: 'warn' } },
    });
    expect(environmentOf(consumer, objects)).toMatchObject({
      KAFKA_FETCH_MAX_BYTES: '1073741824',
      DLQ_LIMIT_RATIO: '0.25',
      KAFKA_SSL: 'false',
      LOG_LEVEL: 'warn',
      DATABASE_SCHEMA: 'orders',
    });
    expect(environmentOf('Deployment orders-stats', objects)).toMatchObject({ KAFKA_SSL: 'true' });
  });

  test('null removes a setting of an earlier file of values', () => {
    const objects = renderRelease('orders', { settings: { KAFKA_SASL_MECHANISM: null } });
    const names = Object.keys(environmentOf(consumer, objects));
    expect(names.filter((name) => /MECHANISM|PASSWORD/.test(name))).toEqual([]);
  });

  test('all pods mount the definition of events, the hooks a copy of it', () => {
    const files = { 'refund.json': '{}' };
    const objects = renderRelease('orders', { events: { files, module: 'refund.json' } });
    const maps = objects.filter(({ kind, data }) => kind === 'ConfigMap' && data?.['refund.json']);
    expect(maps.map(({ metadata, data }) => [metadata.name, data])).toEqual([
      ['orders-events', files],
      ['orders-definition', files],
    ]);
    for (const [id, pod] of podsOf(objects)) {
      const name = id.startsWith('Job ') ? 'orders-definition' : 'orders-events';
      expect(pod.volumes).toContainEqual({ name: 'events', configMap: { name } });
      expect(environmentOf(id, objects)).toMatchObject({ EVENTS: '/etc/pipeline/events/refund.json' });
    }
  });

  test('pods restart after a change of the definition', () => {
    const templates = ['{}', '{"type":"object"}'].map((content) => {
      const objects = renderRelease('orders', { events: { files: { 'refund.json': content } } });
      return JSON.stringify(objects.find((one) => idOf(one) === consumer)?.spec.template);
    });
    expect(templates[0]).not.toBe(templates[1]);
  });

  test('an existing ConfigMap and other Secrets can be named', () => {
    const objects = renderRelease('orders', {
      events: { configMap: 'shop-events' },
      secrets: { owner: 'shop-db-app', consumer: 'shop-consumer' },
      settings: { DATABASE_URL_FILE: '/run/secrets/pipeline/uri' },
    });
    expect(objects.filter(({ metadata }) => metadata.name.endsWith('-events'))).toEqual([]);
    const { volumes } = podOf('Job orders-migrate', objects);
    expect(volumes).toContainEqual({ name: 'events', configMap: { name: 'shop-events' } });
    expect(volumes[0]?.secret?.secretName).toBe('shop-db-app');
    expect(environmentOf(consumer, objects)).toMatchObject({
      DATABASE_URL_FILE: '/run/secrets/pipeline/uri',
    });
    expect(podOf(consumer, objects).volumes[0]?.secret?.secretName).toBe('shop-consumer');
  });

  test('static membership makes a StatefulSet, whose pods have their names as ids', () => {
    const objects = renderRelease('orders', { consumer: { staticMembership: true } });
    expect(environmentOf('StatefulSet orders-consumer', objects)).toMatchObject({
      KAFKA_GROUP_INSTANCE_ID: { fieldRef: { fieldPath: 'metadata.name' } },
      KAFKA_SESSION_TIMEOUT_MS: '60000',
    });
    expect(objects.find(({ kind }) => kind === 'ScaledObject')?.spec.scaleTargetRef).toEqual({
      kind: 'StatefulSet',
      name: 'orders-consumer',
    });
    expect(objects.filter((one) => idOf(one) === consumer)).toEqual([]);
  });

  test('either KEDA or the values set the number of consumers', () => {
    const replicasWith = (values: object) =>
      renderRelease('orders', values).find((one) => idOf(one) === consumer)?.spec.replicas;
    expect(replicasWith({})).toBeUndefined();
    expect(replicasWith({ keda: { enabled: false }, consumer: { replicas: 3 } })).toBe(3);
  });

  test('the topics Job passes the layout, and the migrations can be left out', () => {
    const objects = renderRelease('orders', {
      topics: { replicationFactor: 3, dlqPartitions: 2 },
      migrate: { enabled: false },
    });
    expect(podOf('Job orders-topics', objects).containers[0]?.args).toEqual([
      ...['create-topics', '--partitions=12', '--dlq-partitions=2', '--replication-factor=3'],
    ]);
    expect(podsOf(objects).map(([id]) => id)).not.toContain('Job orders-migrate');
  });

  test('a proof has the login of an operator, its own deadline, and keeps its folder', () => {
    const [prove, verify] = ['CronJob orders-prove', 'CronJob orders-verify'];
    const deadlineOf = (id: string) =>
      objects.find((one) => idOf(one) === id)?.spec.jobTemplate.spec.activeDeadlineSeconds;
    const values = { enabled: true, deadlineSeconds: 1_000_000, persistentVolumeClaim: 'proofs' };
    const objects = renderRelease('orders', { cronJobs: { prove: values } });
    expect([prove, verify].map(deadlineOf)).toEqual([1_000_000, 43_200]);
    const { volumes } = podOf(prove, objects);
    expect(volumes[0]?.secret?.secretName).toBe('orders-operator');
    expect(volumes).toContainEqual({ name: 'tmp', persistentVolumeClaim: { claimName: 'proofs' } });
    expect(podOf(verify, objects).volumes).toContainEqual({ name: 'tmp', emptyDir: {} });
  });

  test('without options there is no custom resource, and only what a pipeline needs', () => {
    const off = { enabled: false };
    const objects = renderRelease('orders', {
      keda: off,
      topics: off,
      monitoring: { podMonitor: off, prometheusRule: off, dashboard: off },
      networkPolicy: off,
      stats: off,
      cronJobs: { verify: off },
      ca: { configMap: '' },
    });
    expect(objects.map(idOf).sort()).toEqual([
      'Deployment orders-consumer',
      'Job orders-migrate',
      'PodDisruptionBudget orders-consumer',
      'ServiceAccount orders-hooks',
      'ServiceAccount orders-programs',
    ]);
    expect(environmentOf(consumer, objects)).not.toHaveProperty('KAFKA_SSL_CA');
  });

  test('the page accepts users of oauth2-proxy from pods, below the path of the Ingress', () => {
    const objects = renderRelease('orders', everything);
    expect(environmentOf('Deployment orders-stats', objects)).toMatchObject({
      STATS_ALLOWED_HOSTS: 'orders-stats,tools.example.com',
      STATS_USER_HEADER: 'X-Forwarded-Email',
      STATS_TRUSTED_PROXIES: '10.244.0.0/16',
      STATS_BASIC_AUTH_FILE: '/run/secrets/users/users',
      STATS_READ_ONLY: 'false',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.monitoring:4318',
      NODE_EXTRA_CA_CERTS: '/etc/pipeline/ca/ca.crt',
    });
    expect(podOf('Deployment orders-login', objects).containers[0]?.args).toEqual(
      expect.arrayContaining([
        '--upstream=http://orders-stats:3000/pipeline/',
        '--redirect-url=https://tools.example.com/pipeline/oauth2/callback',
      ]),
    );
    const ingress = objects.find(({ kind }) => kind === 'Ingress');
    expect(ingress?.spec.rules[0].http.paths[0]).toMatchObject({ path: '/pipeline', pathType: 'Prefix' });
  });

  test('the documented values for logins with tokens leave no setting of a password', () => {
    const page = readFileSync(join(rootFolder, 'docs/secure.md'), 'utf8');
    const [, lines = ''] = /^```yaml\n([^`]*aws-msk-iam[^`]*)^```$/m.exec(page) ?? [];
    const objects = renderRelease('orders', parse(lines));
    expect(findMistakes(objects)).toEqual([]);
    const env = environmentOf(consumer, objects);
    expect(env).toMatchObject({ KAFKA_SASL_MECHANISM: 'aws-msk-iam' });
    expect(env).not.toHaveProperty('KAFKA_SASL_PASSWORD_FILE');
  }, 60_000);

  test('every default of a setting is accepted', () => {
    const page = readFileSync(join(rootFolder, 'docs/settings.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)`[^|]* \| `([^`]+)` \|/gm)];
    const owned = ['HTTP_HOST', 'DATABASE_URL'];
    const defaults = rows.filter(([, name = '']) => !owned.includes(name));
    expect(defaults.length).toBeGreaterThan(30);
    const typed = defaults.map(([, name = '', text = '']) => [
      name,
      Number.isNaN(Number(text)) ? text : Number(text),
    ]);
    const objects = renderRelease('orders', {
      settings: { ...Object.fromEntries(typed), KAFKA_SASL_MECHANISM: 'plain' },
    });
    const rendered = environmentOf(consumer, objects);
    for (const [, name = '', text = ''] of defaults) expect([name, rendered[name]]).toEqual([name, text]);
  });

  test('the notes after an installation name the objects that exist', () => {
    expect(notesOf('orders', {})).toMatch(
      /^The topics exist.*deployment\/orders-consumer.*service\/orders-stats/s,
    );
    const notes = notesOf('orders', {
      topics: { enabled: false },
      stats: { enabled: false },
      consumer: { staticMembership: true },
    });
    expect(notes).toMatch(/^The tables are up to date.*statefulset\/orders-consumer\n$/s);
  });

  test.each<[string, object, string]>([
    ['a setting that does not exist', { settings: { KAFKA_BROKRES: 'a:1' } }, "'KAFKA_BROKRES' not allowed"],
    ['a number that is too small', { settings: { BATCH_MAX_EVENTS: 0 } }, 'minimum: got 0, want 1'],
    [
      'a choice that does not exist',
      { settings: { KAFKA_SASL_MECHANISM: 'scram' } },
      "one of 'plain', 'scram",
    ],
    ['a password', { settings: { KAFKA_SASL_PASSWORD: 'hunter2' } }, "'KAFKA_SASL_PASSWORD' not allowed"],
    ['a port of the probes', { settings: { METRICS_PORT: 9000 } }, "'METRICS_PORT' not allowed"],
    ['a value that does not exist', { consumer: { replica: 2 } }, "'replica' not allowed"],
    [
      'a text for a number',
      { consumer: { replicas: 'two' } },
      "'/consumer/replicas': got string, want integer",
    ],
    ['no brokers', { settings: { KAFKA_BROKERS: '' } }, 'settings.KAFKA_BROKERS is empty'],
    [
      'no user',
      { consumer: { settings: { KAFKA_SASL_USERNAME: '' } } },
      'consumer.settings.KAFKA_SASL_USERNAME',
    ],
    ['two CAs', { ca: { secret: 'kafka-ca' } }, 'set ca.configMap or ca.secret, not both'],
    ['a long prefix', { namePrefix: 'a'.repeat(41) }, 'longer than 40 characters'],
    ['no runbooks', { monitoring: { prometheusRule: { runbookUrl: '' } } }, 'runbookUrl is empty'],
    ['no range of pods', { stats: { oauth2Proxy: { enabled: true } } }, 'podRange is empty'],
    ['a deadline of zero seconds', { cronJobs: { prove: { deadlineSeconds: 0 } } }, 'minimum: got 0, want 1'],
    [
      'a claim that is no name',
      { cronJobs: { prove: { persistentVolumeClaim: 'my claim' } } },
      "'my claim' does not match pattern",
    ],
    ['a role that does not exist', { cronJobs: { prove: { secret: 'reader' } } }, "'stats', 'operator'"],
    ['a word that may be ambiguous', { cronJobs: { 'a-b': {} } }, "'a-b' does not match pattern"],
  ])('%s is rejected in one line', (_, values, line) => {
    const output = rejection(values);
    expect(output.split('\n').filter((one) => one.includes(line))).toHaveLength(1);
    expect(output).not.toContain('hunter2');
  });

  test('without a registry of images, the message names the command that builds them', () => {
    expect(rejection({ image: { repository: '' } })).toMatch(
      /no registry publishes the images: build them \(docker buildx build --file infra\/Dockerfile/i,
    );
    const { status, stderr } = runHelm(['template', 'orders', 'infra/chart']);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('KAFKA_BROKERS is empty'),
    });
  });
});

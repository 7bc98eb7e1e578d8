import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { rootFolder } from '../settings.ts';
import { helmPath, noHelm, renderRelease } from './testing/helm.ts';
import { findMistakes, type Manifest, type PodSpec, parseManifests, podsOf } from './testing/manifests.ts';
import { idOf, releaseOf } from './testing/references.ts';

/** There is no cluster: releases are rendered instead of installed, and the arguments of kubectl are printed. */
const substitutes = {
  helm: `#!/bin/sh
if [ "$1 $2" = "upgrade --install" ]; then shift 2; set -- template "$@"; fi
echo --- && exec "${helmPath}" "$@"
`,
  kubectl: '#!/bin/sh\necho "$@"\n',
};

/** The blocks of a language below a heading. */
function documentedBlocks(language: string, heading: string, page: string): readonly string[] {
  const text = readFileSync(join(rootFolder, page), 'utf8');
  const [, section = ''] = text.split(new RegExp(`^## ${heading}$`, 'm'));
  const [own = ''] = section.split(/^## /m);
  const fences = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...own.matchAll(fences)].map(([, block = '']) => block);
}

/** What the documented commands of a section print. @throws Error if one fails */
function runDocumented(program: keyof typeof substitutes, heading: string, page: string): string {
  const commands = documentedBlocks('sh', heading, page).filter((block) => block.includes(`${program} `));
  const folder = mkdtempSync(join(tmpdir(), 'commands-'));
  try {
    for (const [name, script] of Object.entries(substitutes))
      writeFileSync(join(folder, name), script, { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync('bash', ['-euc', commands.join('')], {
      encoding: 'utf8',
      cwd: rootFolder,
      env: { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` },
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The objects that the documented commands of a section install. */
function documentedReleases(heading: string, page = 'docs/kubernetes.md'): readonly Manifest[] {
  return parseManifests(runDocumented('helm', heading, page)).filter((one) => one !== null);
}

/** The keys of the Secrets that the documented commands create, by name. */
function documentedSecrets(): Readonly<Record<string, readonly string[]>> {
  const lines = runDocumented('kubectl', 'Install', 'docs/kubernetes.md').split('\n');
  const created = lines.map((line) => /create secret generic (\S+)(.*)/.exec(line) ?? []);
  return Object.fromEntries(
    created
      .filter(([match]) => match)
      .map(([, name, flags = '']) => [
        name,
        [...flags.matchAll(/--from-\w+=([\w-]+)/g)].map(([, key = '']) => key),
      ]),
  );
}

/** The files in Secrets that the environment of a pod names. */
function secretFilesOf(id: string, { containers, volumes }: PodSpec) {
  return containers.flatMap(({ env = [], volumeMounts }) =>
    env.flatMap(({ name, value = '' }) => {
      const mount = volumeMounts.find(({ mountPath }) => value.startsWith(`${mountPath}/`));
      const secret = volumes.find((one) => one.name === mount?.name)?.secret?.secretName;
      const isSecret = value.startsWith('/run/secrets/');
      return isSecret ? [{ id, name, secret: secret ?? 'none', key: value.split('/').at(-1) ?? '' }] : [];
    }),
  );
}

describe.skipIf(noHelm !== undefined)(`documented releases${noHelm ? ` (${noHelm})` : ''}`, () => {
  test('the documented installation is the example', () => {
    expect(documentedReleases('Install').map(idOf)).toEqual(renderRelease('orders').map(idOf));
  });

  test('every secret file that a program reads is a key of a documented Secret', () => {
    const secrets = documentedSecrets();
    expect(Object.keys(secrets).sort()).toEqual([
      ...[
        'orders-consumer',
        'orders-keda',
        'orders-operator',
        'orders-owner',
        'orders-stats',
        'orders-topics',
      ],
    ]);
    const cronJobs = { partition: { enabled: true }, prove: { enabled: true } };
    const files = podsOf(renderRelease('orders', { cronJobs })).flatMap(([id, pod]) =>
      secretFilesOf(id, pod),
    );
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter(({ secret, key }) => !secrets[secret]?.includes(key))).toEqual([]);
  });

  test('a file that --set-file names becomes a file of the definition', () => {
    const { data } =
      documentedReleases('Events').find((one) => idOf(one) === 'ConfigMap orders-events') ?? {};
    expect(Object.keys(data ?? {})).toEqual(['refund.json']);
    expect(JSON.parse(data?.['refund.json'] ?? '')).toMatchObject({ type: 'object' });
  });

  test('hooks and the rest of a release can be rendered one after the other', () => {
    const ids = documentedReleases('Without Helm in the cluster').map(idOf);
    const hooks = ids.findIndex((id) => !/-(hooks|topics|migrate)$/.test(id));
    expect(hooks).toBeGreaterThan(2);
    expect([...ids].sort()).toEqual(renderRelease('orders').map(idOf).sort());
  });

  test('the documented pipelines share no name, topic, group or schema', () => {
    const objects = documentedReleases('Kubernetes', 'docs/pipelines.md');
    const ids = objects.map(idOf);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(objects.map(releaseOf))).toEqual(new Set(['orders', 'payments']));
    const pods = objects.filter(({ metadata }) => metadata.name.endsWith('-consumer'));
    const environments = pods.flatMap(({ spec }) => spec.template?.spec.containers[0].env ?? []);
    for (const name of ['KAFKA_TOPIC', 'KAFKA_DLQ_TOPIC', 'KAFKA_GROUP_ID', 'DATABASE_SCHEMA'])
      expect(new Set(environments.filter((one) => one.name === name).map(({ value }) => value)).size).toBe(2);
  });

  test.each([
    ['docs/kubernetes.md', 'CronJobs', 'CronJob orders-purge'],
    ['docs/proxy.md', 'Kubernetes', 'Deployment orders-login'],
  ])(
    'the values on %s, "%s", are accepted and render valid objects',
    (page, heading, id) => {
      const [values = ''] = documentedBlocks('yaml', heading, page);
      const objects = renderRelease('orders', parse(values));
      expect(objects.map(idOf)).toContain(id);
      expect(findMistakes(objects)).toEqual([]);
    },
    60_000,
  );
});

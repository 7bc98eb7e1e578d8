import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { rootFolder } from '../../settings.ts';

/** The fields of a container that tests use. */
interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly securityContext: object;
  readonly resources: {
    readonly requests: object;
    readonly limits: { readonly memory?: string; readonly cpu?: string };
  };
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly ports?: readonly { readonly name: string }[];
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
}

interface Probe {
  readonly httpGet: { readonly path: string };
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly securityContext: object;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly serviceAccountName?: string;
  readonly topologySpreadConstraints?: readonly { readonly labelSelector: object }[];
  readonly volumes: readonly Volume[];
}

interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
  readonly configMap?: { readonly name: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

/** A Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own specification, which `findMistakes` checks
  readonly spec?: any;
  /** Of a ConfigMap. */
  readonly data?: Readonly<Record<string, string>>;
}

/** The objects in a YAML file. */
export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** The template of the pods that an object starts. */
export function templateOf({ spec }: Manifest): PodTemplate | undefined {
  return spec?.jobTemplate?.spec.template ?? (spec?.template?.spec && spec.template);
}

/** Objects with a pod template, by kind and name, and their pods. */
export function podsOf(manifests: readonly Manifest[]): readonly (readonly [string, PodSpec])[] {
  return manifests.flatMap((one) => {
    const template = templateOf(one);
    return template === undefined ? [] : [[`${one.kind} ${one.metadata.name}`, template.spec] as const];
  });
}

/**
 * Unknown fields and values of the wrong type: each object is compiled as a literal of the type that is
 * generated from the API schema of Kubernetes, KEDA or the Prometheus Operator. The file is where these types are found,
 * and where no test that reads the sources meets it.
 */
export function findMistakes(manifests: readonly Manifest[]): readonly string[] {
  const folder = mkdtempSync(join(rootFolder, 'infra/node_modules/.manifests-'));
  try {
    writeFileSync(join(folder, 'manifests.ts'), manifests.map(toModule).join('\n'));
    const flags = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'esnext',
      '--ignoreConfig',
    ];
    const compiler = join(rootFolder, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, ...flags, join(folder, 'manifests.ts')]);
    return String(stdout).trim().split('\n').filter(Boolean);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Types of objects that are not part of Kubernetes, by API group. */
const libraries: Readonly<Record<string, string>> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

function toModule(manifest: Manifest, index: number): string {
  const { apiVersion, kind } = manifest;
  const library = libraries[apiVersion.split('/')[0] ?? ''] ?? 'kubernetes-models';
  return [
    `import type { I${kind} as Kind${index} } from '${library}/${apiVersion}/${kind}';`,
    `export const object${index}: Kind${index} = ${JSON.stringify(manifest, null, 1)};`,
  ].join('\n');
}

import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { rootFolder } from '../../settings.ts';

export const kubernetesFolder = join(rootFolder, 'infra/kubernetes');

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
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string } };
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly securityContext: object;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly serviceAccountName: string;
  readonly volumes: readonly Volume[];
}

interface Volume {
  readonly secret?: { readonly secretName: string };
  readonly configMap?: { readonly name: string };
}

/** A Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own specification, which `findMistakes` checks
  readonly spec?: any;
  /** Of a ConfigMap. */
  readonly data?: Readonly<Record<string, string>>;
}

/** The objects in a YAML file. */
export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** All objects of a folder, such as `base`; without patches. */
export function readFolder(folder: string): readonly Manifest[] {
  const exclude = ['**/{kustomization,names,*-patch}.yaml'];
  const files = globSync(`${folder}/*.yaml`, { cwd: kubernetesFolder, exclude });
  return files.flatMap((file) => parseManifests(readFileSync(join(kubernetesFolder, file), 'utf8')));
}

/** Objects with a pod template, by kind and name, and their pods. */
export function podsOf(manifests: readonly Manifest[]): readonly (readonly [string, PodSpec])[] {
  const starters = manifests.filter(({ spec }) => spec?.template?.spec !== undefined);
  return starters.map(({ kind, metadata, spec }) => [`${kind} ${metadata.name}`, spec.template.spec]);
}

/**
 * Unknown fields and values of the wrong type: each object is compiled as a literal of the type that is
 * generated from the API schema of Kubernetes or KEDA.
 */
export function findMistakes(manifests: readonly Manifest[]): readonly string[] {
  const folder = mkdtempSync(join(import.meta.dirname, 'manifests-'));
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

function toModule(manifest: Manifest, index: number): string {
  const { apiVersion, kind } = manifest;
  const library = apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
  return [
    `import type { I${kind} as Kind${index} } from '${library}/${apiVersion}/${kind}';`,
    `export const object${index}: Kind${index} = ${JSON.stringify(manifest, null, 1)};`,
  ].join('\n');
}

import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetesFolder, type Manifest, parseManifests } from './manifests.ts';

/** Either will do: kubectl contains kustomize. */
const builders = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
] as const;

const builder = builders.find(([program]) => spawnSync(program, ['version']).error === undefined);

/** The reason why overlays cannot be built; undefined if they can. */
export const noKustomize = builder === undefined ? 'neither kustomize nor kubectl is installed' : undefined;

/** The objects of an overlay. @throws Error if kustomize rejects it */
export function buildOverlay(folder: string): readonly Manifest[] {
  const [program = '', word = ''] = builder ?? [];
  return parseManifests(execFileSync(program, [word, folder], { encoding: 'utf8' }));
}

/** Builds copies of `example-orders` for pipelines of other names, and returns the objects of all of them. */
export function buildPipelines(names: readonly string[]): readonly Manifest[] {
  return inCopy((folder) => {
    const example = join(folder, 'example-orders/kustomization.yaml');
    const template = readFileSync(example, 'utf8');
    return names.flatMap((name) => {
      writeFileSync(example, template.replaceAll('orders', name));
      return buildOverlay(join(folder, 'example-orders'));
    });
  });
}

/** Builds a copy of `example` with the login of the stats page. */
export function buildWithLogin(): readonly Manifest[] {
  return inCopy((folder) => {
    appendFileSync(join(folder, 'example/kustomization.yaml'), 'components: [../login]\n');
    return buildOverlay(join(folder, 'example'));
  });
}

/** Builds an overlay of `example` whose kustomization ends with these lines. */
export function buildOverExample(lines: string): readonly Manifest[] {
  return inCopy((folder) => {
    const overlay = join(folder, 'overlay');
    mkdirSync(overlay);
    const head = 'namespace: pipeline\nresources: [../example]\n';
    writeFileSync(join(overlay, 'kustomization.yaml'), head + lines);
    return buildOverlay(overlay);
  });
}

function inCopy(build: (folder: string) => readonly Manifest[]): readonly Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'pipelines-'));
  try {
    cpSync(kubernetesFolder, folder, { recursive: true });
    return build(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

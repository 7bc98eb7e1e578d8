import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rootFolder } from './root-folder.ts';

const tool = (name: string) => join(rootFolder, 'node_modules/.bin', name);

/** Runs a tool of the workspace; returns all that it prints. */
function run(name: string, args: readonly string[], cwd: string): string {
  const { stdout, stderr } = spawnSync(tool(name), args, { cwd, encoding: 'utf8' });
  return stdout + stderr;
}

const root = mkdtempSync(join(tmpdir(), 'boundaries-'));

afterAll(() => rmSync(root, { recursive: true }));

const createFolder = () => mkdtempSync(join(root, 'workspace-'));

const packages = {
  'packages/schema': '@pipeline/schema',
  'packages/runtime': '@pipeline/runtime',
  'packages/kafka': '@pipeline/kafka',
  'packages/db': '@pipeline/db',
  'packages/program': '@pipeline/program',
  'packages/definition': '@pipeline/definition',
  'packages/servers': '@pipeline/servers',
  'packages/testing': '@pipeline/testing',
  'apps/consumer': 'consumer',
  infra: 'infra',
};

type Folder = keyof typeof packages;

/** A package that declares and imports another one. */
type Dependency = readonly [from: Folder, to: Folder];

/** A workspace with this one's rules and some dependencies. */
function createWorkspace(dependencies: readonly Dependency[]): string {
  const folder = createFolder();
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
  cpSync(join(rootFolder, 'turbo.json'), join(folder, 'turbo.json'));
  write('package.json', JSON.stringify({ name: 'root', packageManager: 'pnpm@12.21.0' }));
  write('pnpm-workspace.yaml', 'packages: [packages/*, apps/*, infra]\n');
  for (const [path, name] of Object.entries(packages)) {
    mkdirSync(join(folder, path, 'src'), { recursive: true });
    if (path.startsWith('packages/'))
      cpSync(join(rootFolder, path, 'turbo.json'), join(folder, path, 'turbo.json'));
    const names = dependencies.flatMap(([from, to]) => (from === path ? packages[to] : []));
    const declared = Object.fromEntries(names.map((one) => [one, 'workspace:*']));
    write(join(path, 'package.json'), JSON.stringify({ name, dependencies: declared }));
    write(join(path, 'src/index.ts'), names.map((one) => `import '${one}';\n`).join(''));
  }
  return folder;
}

/** What `turbo boundaries` reports about a workspace with these dependencies. */
const checkBoundaries = (dependencies: readonly Dependency[]) =>
  run('turbo', ['boundaries', '--no-color'], createWorkspace(dependencies));

const rejected: readonly Dependency[] = [
  ['packages/db', 'packages/kafka'],
  ['packages/kafka', 'packages/db'],
  ['packages/runtime', 'packages/schema'],
  ['packages/schema', 'packages/runtime'],
  ['packages/kafka', 'apps/consumer'],
  ['packages/kafka', 'packages/program'],
  ['packages/db', 'packages/program'],
  ['packages/schema', 'packages/program'],
  ['packages/runtime', 'packages/program'],
  ['packages/db', 'packages/testing'],
  ['packages/program', 'packages/kafka'],
  ['packages/program', 'packages/definition'],
  ['packages/kafka', 'packages/definition'],
  ['packages/db', 'packages/definition'],
  ['packages/schema', 'packages/definition'],
  ['packages/definition', 'packages/kafka'],
  ['packages/definition', 'packages/program'],
  ['packages/testing', 'infra'],
  ['packages/servers', 'infra'],
  ['packages/servers', 'packages/testing'],
  ['packages/program', 'packages/servers'],
];

const allowed: readonly Dependency[] = [
  ['packages/kafka', 'packages/runtime'],
  ['packages/kafka', 'packages/schema'],
  ['apps/consumer', 'packages/db'],
  ['apps/consumer', 'packages/program'],
  ['packages/program', 'packages/runtime'],
  ['packages/definition', 'packages/schema'],
  ['apps/consumer', 'packages/definition'],
  ['packages/testing', 'packages/servers'],
  ['infra', 'packages/servers'],
];

/**
 * Groups in which no package is on both sides, because turbo follows the dependencies of dependencies. A run for
 * each dependency would take half a second.
 */
function groupsOf(dependencies: readonly Dependency[]): readonly Dependency[][] {
  const groups: Dependency[][] = [];
  for (const one of dependencies) {
    const fits = (group: readonly Dependency[]) =>
      group.every(([from, to]) => from !== one[1] && to !== one[0]);
    const group = groups.find(fits);
    if (group === undefined) groups.push([one]);
    else group.push(one);
  }
  return groups;
}

const findings = groupsOf(rejected).flatMap((group) => {
  const report = checkBoundaries(group).replace(/[\s|]+/g, '');
  return [...report.matchAll(/Package`(\S+?)`found\w+for`(\S+?)`/g)].map(
    ([, to, from]) => `${from} on ${to}`,
  );
});

test.each(rejected)('%s must not depend on %s', (from, to) => {
  expect(findings).toContain(`${packages[from]} on ${packages[to]}`);
});

test('other dependencies are allowed', () => {
  expect(checkBoundaries(allowed)).toContain('no issues found');
});

/** What lint reports about files, by this repository's rules. */
function lint(files: Readonly<Record<string, string>>): string {
  const folder = createFolder();
  cpSync(join(rootFolder, 'biome.json'), join(folder, 'biome.json'));
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), source);
  }
  return run('biome', ['lint', '--vcs-enabled=false', '.'], folder);
}

test.each(['kafka', 'db'])('%s may import types of schema, but not its decoder', (name) => {
  const path = `packages/${name}/src/folder/a.ts`;
  const decoder = "export { decodeEvent } from '@pipeline/schema';\n";
  const type = "export type { DecodeResult } from '@pipeline/schema';\n";
  expect(lint({ [path]: decoder })).toContain('noRestrictedImports');
  expect(lint({ [path]: type })).not.toContain('noRestrictedImports');
});

test('an import cycle is reported, also one of types', () => {
  const files = {
    'a.ts': "import type { B } from './b.ts';\nexport type A = B | 1;\n",
    'b.ts': "import type { A } from './a.ts';\nexport type B = A | 2;\n",
  };
  expect(lint(files)).toContain('noImportCycles');
});

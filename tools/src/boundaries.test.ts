import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { rootFolder } from './root-folder.ts';

const tool = (name: string) => join(rootFolder, 'node_modules/.bin', name);

/** Runs a tool of the workspace; returns all that it prints. */
function run(name: string, args: readonly string[], cwd: string): string {
  const { stdout, stderr } = spawnSync(tool(name), args, { cwd, encoding: 'utf8' });
  return stdout + stderr;
}

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'boundaries-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

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

/** A workspace with this one's rules, in which one package declares and imports another. */
function createWorkspace(from: Folder, to: Folder): string {
  const folder = createFolder();
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
  cpSync(join(rootFolder, 'turbo.json'), join(folder, 'turbo.json'));
  write('package.json', JSON.stringify({ name: 'root', packageManager: 'pnpm@12.21.0' }));
  write('pnpm-workspace.yaml', 'packages: [packages/*, apps/*, infra]\n');
  for (const [path, name] of Object.entries(packages)) {
    mkdirSync(join(folder, path, 'src'), { recursive: true });
    if (path.startsWith('packages/'))
      cpSync(join(rootFolder, path, 'turbo.json'), join(folder, path, 'turbo.json'));
    const dependencies = path === from ? { [packages[to]]: 'workspace:*' } : {};
    write(join(path, 'package.json'), JSON.stringify({ name, dependencies }));
    write(join(path, 'src/index.ts'), path === from ? `import '${packages[to]}';\n` : '');
  }
  return folder;
}

const checkBoundaries = (from: Folder, to: Folder) =>
  run('turbo', ['boundaries', '--no-color'], createWorkspace(from, to));

test.each<readonly [Folder, Folder]>([
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
])('%s must not depend on %s', (from, to) => {
  const report = checkBoundaries(from, to).replace(/[\s|]+/g, '');
  expect(report).toContain(`Package\`${packages[to]}\`found`);
  expect(report).toContain(`for\`${packages[from]}\``);
});

test.each<readonly [Folder, Folder]>([
  ['packages/kafka', 'packages/runtime'],
  ['packages/kafka', 'packages/schema'],
  ['apps/consumer', 'packages/db'],
  ['apps/consumer', 'packages/program'],
  ['packages/program', 'packages/runtime'],
  ['packages/definition', 'packages/schema'],
  ['apps/consumer', 'packages/definition'],
  ['packages/testing', 'packages/servers'],
  ['infra', 'packages/servers'],
])('%s may depend on %s', (from, to) => {
  expect(checkBoundaries(from, to)).toContain('no issues found');
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

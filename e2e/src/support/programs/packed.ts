import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { npxArguments } from './pnpm.ts';
import type { Environment } from './programs.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../../..');

/** The packages as they would be published; deleted on disposal. */
export interface Packed extends AsyncDisposable {
  readonly tarballs: readonly string[];
}

/** Builds and packs the packages of the repository that are not private. */
export async function packPackages(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'packed-'));
  const filters = (await publishedFolders()).flatMap((name) => ['--filter', `./packages/${name}`]);
  const pnpm = (...args: readonly string[]) =>
    run('npx', [...npxArguments(...filters, ...args)], { cwd: root });
  await pnpm('run', 'build');
  await pnpm('exec', 'pnpm', 'pack', '--pack-destination', folder);
  const tarballs = (await readdir(folder)).map((name) => join(folder, name));
  return { tarballs, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

async function publishedFolders(): Promise<readonly string[]> {
  const folders = await readdir(join(root, 'packages'));
  const manifests = await Promise.all(
    folders.map((name) => readFile(join(root, 'packages', name, 'package.json'), 'utf8')),
  );
  return folders.filter((_, index) => !JSON.parse(manifests[index] ?? '').private);
}

/** A third-party project with the packages installed by npm; deleted on disposal. */
export interface Project extends AsyncDisposable {
  /** Runs a file on a Node version. Returns the lines on stdout. */
  start(node: '24' | '26', file: string, environment: Environment): Promise<readonly string[]>;
  /** Compiles all files. Returns the compiler's output, which is empty on success. */
  compile(module: string, resolution: string): Promise<string>;
  readonly folder: string;
}

/** Creates a project with the examples and the given files. */
export async function createProject(
  { tarballs }: Packed,
  files: ReadonlyMap<string, string>,
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'project-'));
  for (const example of ['browser', 'service'])
    await cp(join(root, 'examples', example), folder, { recursive: true });
  const packages = [...tarballs, 'node@24', '@types/node@26'];
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await run('npm', ['install', ...flags, ...packages], { cwd: folder });
  for (const [name, text] of files) await writeFile(join(folder, name), text);
  // The repository's own Node is a version 26.
  const nodes = { 24: join(folder, 'node_modules/.bin/node'), 26: process.execPath };
  return {
    folder,
    async start(node, file, environment) {
      const env = { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'error', ...environment };
      return (await run(nodes[node], [file], { cwd: folder, env })).stdout.trimEnd().split('\n');
    },
    compile: (module, resolution) => compile(folder, module, resolution),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** Runs a file on Deno with read access to the project and the environment. Returns the lines on stdout. */
export async function runOnDeno({ folder }: Project, file: string): Promise<readonly string[]> {
  const deno = join(root, 'e2e/node_modules/.bin/deno');
  const flags = ['--quiet', '--no-prompt', '--no-remote', '--cached-only', '--node-modules-dir=manual'];
  const { stdout } = await run(deno, ['run', ...flags, '--allow-read=.', '--allow-env', file], {
    cwd: folder,
  });
  return stdout.trimEnd().split('\n');
}

async function compile(folder: string, module: string, moduleResolution: string): Promise<string> {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'esnext',
    types: ['node'],
    module,
    moduleResolution,
  };
  const config = join(folder, `tsconfig.${moduleResolution}.json`);
  await writeFile(config, JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const compiler = join(root, 'node_modules/.bin/tsc');
  return run(compiler, ['-p', config]).then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string }) => error.stdout,
  );
}

/** The code examples in the READMEs of the packages that log something, by file name. */
export async function readExamples(): Promise<ReadonlyMap<string, string>> {
  const examples = new Map<string, string>();
  for (const name of await publishedFolders()) {
    const readme = await readFile(join(root, 'packages', name, 'README.md'), 'utf8');
    const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
    for (const [index, code] of blocks.entries())
      if (code.includes('console.log')) examples.set(`${name}-${index}.ts`, code);
  }
  return examples;
}

/** The output that an example documents in its trailing comments. */
export function documentedOutput(code: string): readonly string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text = '']) => text);
}

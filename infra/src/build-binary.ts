import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, isAbsolute, join } from 'node:path';
import { rolldown } from 'rolldown';
import { readCommit } from './commit.ts';
import { rootFolder } from './settings.ts';
import { packagesOf } from './supply-chain/packages.ts';
import { writeSbom } from './supply-chain/sbom.ts';

/**
 * Makes the app of this folder one file, `dist/NAME`, that runs on a machine without Node: the app and all that it
 * imports in one module, and Node itself around it (https://nodejs.org/api/single-executable-applications.html).
 *
 * The same commit gives the same bytes in any folder: Node writes the path of the module into the file as it is told
 * it, so all paths are told from `dist`, and files are listed in the order of their names. `dist/NAME.cdx.json` is its
 * bill of materials.
 */
const app = process.cwd();
const name = basename(app);
const dist = join(app, 'dist');
const bundle = `${name}.mjs`;

const commit = readCommit(app);
const files = await bundleModules();
writeFileSync(join(dist, `${name}.cdx.json`), billOf(files));
writeFileSync(join(dist, 'commit'), commit);
writeFileSync(join(dist, 'sea.json'), JSON.stringify(describeExecutable()));
execFileSync(process.execPath, ['--build-sea', 'sea.json'], {
  cwd: dist,
  stdio: ['ignore', 'ignore', 'inherit'],
});

/** @returns the files whose code is in the bundle */
async function bundleModules(): Promise<readonly string[]> {
  mkdirSync(dist, { recursive: true });
  const modules = await rolldown({
    input: join(app, 'src/main.ts'),
    platform: 'node',
    resolve: { conditionNames: ['source', 'import', 'require', 'node', 'default'] },
    // Rolldown only warns, and the executable would fail to start.
    onLog: (level, log, report) => report(log.code === 'UNRESOLVED_IMPORT' ? 'error' : level, log),
  });
  const { output } = await modules.write({
    file: join(dist, bundle),
    format: 'esm',
    sourcemap: 'inline',
    codeSplitting: false,
  });
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

function billOf(files: readonly string[]): string {
  const found = packagesOf([...files, ...Object.values(webFiles())].filter(isAbsolute));
  const own = found.filter((one) => one.name === name);
  const packages = found.filter((one) => one.name !== name);
  return own.map((app) => writeSbom({ app, commit, packages, runtime: process.versions })).join('');
}

/** The flags are those of the app's own `start` script. */
function describeExecutable() {
  const { scripts } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  const flags: readonly string[] = scripts.start.match(/--max-semi-space-size=\d+/g) ?? [];
  return {
    main: bundle,
    mainFormat: 'module',
    output: name,
    disableExperimentalSEAWarning: true,
    execArgv: ['--enable-source-maps', ...flags],
    assets: { commit: 'commit', ...migrations(), ...webFiles() },
  };
}

function migrations(): Readonly<Record<string, string>> {
  const names = listFiles(join(rootFolder, 'sql')).filter((file) => file.endsWith('.sql'));
  return Object.fromEntries(names.map((file) => [`sql/${file}`, join(rootFolder, 'sql', file)]));
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder).sort();
}

/** What browsers get from an app that has pages: its folder `web`, and the files of libraries that its manifest names. */
function webFiles(): Readonly<Record<string, string>> {
  const folder = join(app, 'web');
  if (!existsSync(folder)) return {};
  const manifest = join(app, 'package.json');
  const { webLibraries }: { webLibraries: readonly string[] } = JSON.parse(readFileSync(manifest, 'utf8'));
  const { resolve } = createRequire(manifest);
  return Object.fromEntries([
    ...listFiles(folder).map((file) => [`web/${file}`, join(folder, file)]),
    ...webLibraries.map((path) => [`web/${basename(path)}`, resolve(path)]),
  ]);
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, isAbsolute, join } from 'node:path';
import { bundleProgram } from './bundle.ts';
import { readCommit } from './commit.ts';
import { rootFolder } from './root-folder.ts';
import { packagesOf } from './supply-chain/packages.ts';
import { writeSbom } from './supply-chain/sbom.ts';

/**
 * Builds the app in the current folder as one executable, `dist/NAME`, that runs without an installed Node: a
 * bundle of the app and its imports inside Node itself
 * (https://nodejs.org/api/single-executable-applications.html).
 *
 * Builds are reproducible in any folder: Node writes the module's path into the file, so all paths are
 * relative to `dist`, and files are sorted by name. `dist/NAME.cdx.json` is the SBOM.
 */
const app = process.cwd();
const name = basename(app);
const dist = join(app, 'dist');
const bundle = `${name}.mjs`;

const commit = readCommit(app);
mkdirSync(dist, { recursive: true });
const files = await bundleProgram(join(app, 'src/main.ts'), {
  file: join(dist, bundle),
  sourcemap: 'hidden',
  // Stack traces need positions only.
  sourcemapExcludeSources: true,
  codeSplitting: false,
  // Without white space and comments, V8 holds a third less text; names stay as they are.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
});
writeFileSync(join(dist, `${name}.cdx.json`), sbomOf(files));
writeFileSync(join(dist, 'commit'), commit);
writeFileSync(join(dist, 'sea.json'), JSON.stringify(describeExecutable()));
// The code cache depends on V8's random numbers.
execFileSync(process.execPath, ['--random-seed=1', '--build-sea', 'sea.json'], {
  cwd: dist,
  stdio: ['ignore', 'ignore', 'inherit'],
});

function sbomOf(files: readonly string[]): string {
  const found = packagesOf([...files, ...Object.values(webFiles())].filter(isAbsolute));
  const own = found.filter((one) => one.name === name);
  const packages = found.filter((one) => one.name !== name);
  return own.map((app) => writeSbom({ app, commit, packages, runtime: process.versions })).join('');
}

/** With the same V8 flags as the app's `start` script. */
function describeExecutable() {
  const { scripts } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  const flags: readonly string[] = scripts.start.match(/--max-semi-space-size=\d+/g) ?? [];
  return {
    main: bundle,
    mainFormat: 'module',
    output: name,
    disableExperimentalSEAWarning: true,
    // A program starts in two thirds of the time.
    useCodeCache: true,
    execArgv: flags,
    // Stack traces read the map (`packages/program/src/stack.ts`).
    assets: { commit: 'commit', 'source-map': `${bundle}.map`, ...migrations(), ...webFiles() },
  };
}

function migrations(): Readonly<Record<string, string>> {
  const names = listFiles(join(rootFolder, 'sql')).filter((file) => file.endsWith('.sql'));
  return Object.fromEntries(names.map((file) => [`sql/${file}`, join(rootFolder, 'sql', file)]));
}

/** The paths of all files below a folder, relative to it; only folders have names without an extension. */
function listFiles(folder: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => extname(path) !== '').sort();
}

/** Files that an app serves to browsers: its folder `web`, and the library files listed in its manifest. */
function webFiles(): Readonly<Record<string, string>> {
  const folder = join(app, 'web');
  if (!existsSync(folder)) return {};
  const manifest = join(app, 'package.json');
  const { webLibraries }: { webLibraries: readonly string[] } = JSON.parse(readFileSync(manifest, 'utf8'));
  return Object.fromEntries([
    ...listFiles(folder).map((file) => [`web/${file}`, join(folder, file)]),
    ...webLibraries.map((path) => [`web/${basename(path)}`, join(app, 'node_modules', path)]),
  ]);
}

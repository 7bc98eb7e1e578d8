import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';
import { rootFolder } from './settings.ts';

/**
 * Makes the app of this folder one file, `dist/NAME`, that runs on a machine without Node: the app and all that it
 * imports in one module, and Node itself around it (https://nodejs.org/api/single-executable-applications.html).
 */
const app = process.cwd();
const name = basename(app);
const dist = join(app, 'dist');
const bundle = join(dist, `${name}.mjs`);

/** A library inside (Umzug's command line) hands `require` about, which modules do not have. */
const banner = `import { createRequire as nodeRequire } from 'node:module';
const require = nodeRequire(import.meta.url);`;

await bundleModules();
writeFileSync(join(dist, 'commit'), readCommit());
writeFileSync(join(dist, 'sea.json'), JSON.stringify(describeExecutable()));
execFileSync(process.execPath, ['--build-sea', join(dist, 'sea.json')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});

async function bundleModules(): Promise<void> {
  mkdirSync(dist, { recursive: true });
  const modules = await rolldown({
    input: join(app, 'src/main.ts'),
    platform: 'node',
    resolve: { conditionNames: ['source', 'import', 'require', 'node', 'default'] },
  });
  await modules.write({ file: bundle, format: 'esm', sourcemap: 'inline', codeSplitting: false, banner });
}

/** The flags are those of the app's own `start` script. */
function describeExecutable() {
  const { scripts } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  const flags: readonly string[] = scripts.start.match(/--max-semi-space-size=\d+/g) ?? [];
  return {
    main: bundle,
    mainFormat: 'module',
    output: join(dist, name),
    disableExperimentalSEAWarning: true,
    execArgv: ['--enable-source-maps', ...flags],
    assets: { commit: join(dist, 'commit'), ...migrations(), ...webFiles() },
  };
}

function migrations(): Readonly<Record<string, string>> {
  const names = readdirSync(join(rootFolder, 'sql')).filter((file) => file.endsWith('.sql'));
  return Object.fromEntries(names.map((file) => [`sql/${file}`, join(rootFolder, 'sql', file)]));
}

/** What browsers get from an app that has pages: its folder `web`, and the files of libraries that its manifest names. */
function webFiles(): Readonly<Record<string, string>> {
  const folder = join(app, 'web');
  if (!existsSync(folder)) return {};
  const manifest = join(app, 'package.json');
  const { webLibraries }: { webLibraries: readonly string[] } = JSON.parse(readFileSync(manifest, 'utf8'));
  const { resolve } = createRequire(manifest);
  return Object.fromEntries([
    ...readdirSync(folder).map((file) => [`web/${file}`, join(folder, file)]),
    ...webLibraries.map((path) => [`web/${basename(path)}`, resolve(path)]),
  ]);
}

/** What was built; a copy of the sources without their history has none. */
function readCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: app, stdio: 'pipe' })
      .toString()
      .trim();
  } catch {
    return 'unknown';
  }
}

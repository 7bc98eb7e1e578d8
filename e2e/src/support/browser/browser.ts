import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import packed, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';
import { rootFolder } from '../programs/binaries.ts';
import type { Environment } from '../programs/programs.ts';

const packageFolder = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..');
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));

export interface TestBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

/**
 * Starts a Chromium from an npm package; on platforms that the package does not support, an installed Chrome.
 * @param environment additional variables for the browser, such as LANG
 */
export async function startBrowser(environment: Environment = {}): Promise<TestBrowser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const browser = await chromium.launch({ channel: 'chrome', env: { ...process.env, ...environment } });
    return { browser, [Symbol.asyncDispose]: () => browser.close() };
  }
  const browser = await launchPacked(await unpacked(), environment);
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}

/** The folder with the unpacked browser, which all runs share: unpacking it takes seconds. */
async function unpacked(): Promise<string> {
  const folder = join(rootFolder, `node_modules/.cache/chromium-${version}`);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  await unpackInto(fresh, () => packed.executablePath());
  await unpackInto(fresh, () => inflate(join(packageFolder, 'bin/al2023.tar.br')));
  // Another process may have unpacked it at the same time; the first one wins.
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true }));
  return folder;
}

/** A bare machine lacks shared libraries that the browser needs; the package contains a set of them. */
async function launchPacked(folder: string, environment: Environment): Promise<Browser> {
  const launch = () => {
    const env = { ...process.env, ...environment };
    const executablePath = join(folder, 'chromium');
    return chromium.launch({ executablePath, env, args: ['--no-sandbox', '--no-zygote'] });
  };
  try {
    return await launch();
  } catch (error) {
    if (!/shared libraries/.test(String(error))) throw error;
    setupLambdaEnvironment(join(folder, 'al2023/lib'));
    process.env['FONTCONFIG_PATH'] = join(folder, 'fonts');
    return await launch();
  }
}

/** The package unpacks into `TMPDIR`. */
async function unpackInto(folder: string, unpack: () => Promise<string>): Promise<void> {
  const { TMPDIR } = process.env;
  process.env['TMPDIR'] = folder;
  try {
    await unpack();
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  }
}

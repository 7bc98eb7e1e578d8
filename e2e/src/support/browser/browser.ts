import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import packed, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';
import type { Environment } from '../programs/programs.ts';

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
  // A new folder for each run: a browser that a killed run left half unpacked would be used as it is.
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'));
  const browser = await launchPacked(folder, environment);
  return {
    browser,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A bare machine lacks shared libraries that the browser needs; the package contains a set of them. */
async function launchPacked(folder: string, environment: Environment): Promise<Browser> {
  const executablePath = await unpackInto(folder, () => packed.executablePath());
  const launch = () => {
    const env = { ...process.env, ...environment };
    return chromium.launch({ executablePath, env, args: ['--no-sandbox', '--no-zygote'] });
  };
  try {
    return await launch();
  } catch (error) {
    if (!/shared libraries/.test(String(error))) throw error;
    const bin = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');
    const libraries = await unpackInto(folder, () => inflate(join(bin, 'al2023.tar.br')));
    setupLambdaEnvironment(join(libraries, 'lib'));
    process.env['FONTCONFIG_PATH'] = join(folder, 'fonts');
    return await launch();
  }
}

/** The package unpacks into `TMPDIR`. */
async function unpackInto(folder: string, unpack: () => Promise<string>): Promise<string> {
  const { TMPDIR } = process.env;
  process.env['TMPDIR'] = folder;
  try {
    return await unpack();
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  }
}

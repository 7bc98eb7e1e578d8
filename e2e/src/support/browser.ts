import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import packed, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

export interface TestBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

/** Starts a Chromium that comes from npm, on a machine that need not have a browser; where there is none in the package, an installed Chrome. */
export async function startBrowser(): Promise<TestBrowser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const browser = await chromium.launch({ channel: 'chrome' });
    return { browser, [Symbol.asyncDispose]: () => browser.close() };
  }
  // A folder of our own: a half unpacked browser that a killed run has left would be taken for a whole one.
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'));
  const browser = await launchPacked(folder);
  return {
    browser,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A bare machine lacks libraries that the package has for another bare machine. */
async function launchPacked(folder: string): Promise<Browser> {
  const executablePath = await unpackInto(folder, () => packed.executablePath());
  const launch = () => chromium.launch({ executablePath, args: ['--no-sandbox', '--no-zygote'] });
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

/** The package unpacks to wherever `TMPDIR` leads. */
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

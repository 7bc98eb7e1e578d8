/** @module-tag long */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { decodeEvent } from '@pipeline/schema';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from './support/browser/browser.ts';
import { serveFolder } from './support/browser/serve-folder.ts';
import {
  createProject,
  documentedOutput,
  type Packed,
  type Project,
  packPackages,
  readExamples,
  runOnDeno,
} from './support/programs/packed.ts';
import type { Environment } from './support/programs/programs.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const examples = await readExamples();
/** Checks inputs of the form in `examples/browser`. */
const checkForm = `
  import { errorMessage } from './check.js';
  const valid = { user_id: 'user-42', order_id: 'order-7', amount: '99.50', currency: 'EUR' };
  for (const change of [{}, { amount: '-1' }, { amount: '' }, { currency: 'euro' }])
    console.log(errorMessage({ ...valid, ...change }) ?? 'valid');`;

let packed: Packed;
let pipeline: Pipeline;
let project: Project;

beforeAll(async () => {
  [packed, pipeline] = await Promise.all([packPackages(), createPipeline()]);
  const files = new Map([
    ...examples,
    ['check-form.mjs', checkForm],
    ['version.mjs', 'console.log(process.version)'],
  ]);
  project = await createProject(packed, files);
});

afterAll(async () => {
  await Promise.all([packed, pipeline, project].map((one) => one[Symbol.asyncDispose]()));
});

test('publint and arethetypeswrong find no problem in the packages', async () => {
  expect(packed.tarballs.length).toBe(4);
  for (const tarball of packed.tarballs) {
    const bytes = new Uint8Array(await readFile(tarball));
    const { messages } = await publint({ pack: { tarball: bytes.buffer } });
    expect(messages, tarball).toEqual([]);
    expect(await typeProblems(bytes), tarball).toEqual([]);
  }
});

/** Ignores the resolution modes `node10` and CommonJS: the packages are ES modules. */
async function typeProblems(tarball: Uint8Array): Promise<readonly object[]> {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (!result.types) throw new Error('has no types');
  const isIgnored = (problem: object) =>
    'resolutionKind' in problem && /^node10$|-cjs$/.test(String(problem.resolutionKind));
  return result.problems.filter((problem) => !isIgnored(problem));
}

test.each([
  ['kafka', 'kafkajs', '2.2.4'],
  ['db', 'postgres', '3.4.9'],
])('@pipeline/%s contains %s, labelled as patched, with the patches', async (name, library, version) => {
  const folder = join(project.folder, 'node_modules/@pipeline', name, 'dist', library);
  const patches = await readdir(join(folder, 'patches'));
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(patches.length).toBeGreaterThan(0);
  expect(manifest.version).toBe(`${version}-pipeline.${patches.length}`);
});

test('npm installs no library for command lines, HTTP or logging with the packages', async () => {
  const names = (await readdir(join(project.folder, 'node_modules'))).filter((name) => name[0] !== '.');
  expect(names).toEqual(expect.arrayContaining(['@pipeline', 'ajv', 'snappyjs']));
  expect(names.filter((name) => /commander|hono|pino|prometheus/.test(name))).toEqual([]);
});

test.each([
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('types resolve with module %s and moduleResolution %s', async (module, resolution) => {
  expect(await project.compile(module, resolution)).toBe('');
});

test.each([...examples.keys()].filter((file) => file.startsWith('schema-')))(
  'on Deno, the README example %s logs the documented output',
  async (file) => {
    expect(await runOnDeno(project, file)).toEqual(documentedOutput(examples.get(file) ?? ''));
  },
);

test('the form example shows errors in a browser with a CSP that forbids eval', async () => {
  await using site = await serveFolder(project.folder);
  await using chromium = await startBrowser();
  const page = await chromium.browser.newPage();
  await page.goto(site.url);
  const check = async (currency: string) => {
    await page.getByLabel('Currency').fill(currency);
    await page.getByRole('button').click();
    return await page.locator('output').textContent();
  };
  expect(await check('EUR')).toBe('This is a purchase.');
  expect(await check('euro')).toBe('currency must match pattern "^[A-Z]{3}$"');
});

describe.each(['24', '26'] as const)('the packages, installed by npm, on Node %s', (node) => {
  const start = (file: string, environment: Environment = pipeline.environment) =>
    project.start(node, file, environment);

  test('programs run on that version', async () => {
    expect(await start('version.mjs')).toEqual([expect.stringMatching(new RegExp(`^v${node}\\.`))]);
  });

  test.each([...examples])('the README example %s logs the documented output', async (file, code) => {
    expect(documentedOutput(code)).not.toEqual([]);
    expect(await start(file)).toEqual(documentedOutput(code));
  });

  test('the service example publishes an event', async () => {
    const [id] = await start('produce.ts');
    const records = await pipeline.readTopic(pipeline.topic);
    const results = records.map(({ value }) => decodeEvent(value));
    const found = results.flatMap((result) => (result.ok ? [result.event.event_id] : []));
    expect(found).toContain(id);
  });

  test('the form example shows errors in Node without code generation', async () => {
    const environment = { NODE_OPTIONS: '--disallow-code-generation-from-strings' };
    expect(await start('check-form.mjs', environment)).toEqual([
      'valid',
      'amount must be >= 0',
      'amount must be number',
      'currency must match pattern "^[A-Z]{3}$"',
    ]);
  });
});

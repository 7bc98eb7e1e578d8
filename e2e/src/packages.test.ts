import { readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { decodeEvent } from '@pipeline/schema';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from './support/browser.ts';
import {
  createProject,
  type Packed,
  type Project,
  packPackages,
  promisedLines,
  readExamples,
  runOnDeno,
} from './support/packed.ts';
import { createPipeline, type Pipeline } from './support/pipeline.ts';
import { serveFolder } from './support/serve-folder.ts';

const examples = await readExamples();
const versions = ['24', '26'];
/** Fills in the form of `examples/browser`. */
const checkForm = `
  import { errorMessage } from './check.js';
  const right = { user_id: 'user-42', order_id: 'order-7', amount: '99.50', currency: 'EUR' };
  for (const change of [{}, { amount: '-1' }, { amount: '' }, { currency: 'euro' }])
    console.log(errorMessage({ ...right, ...change }) ?? 'right');`;

let packed: Packed;
let pipeline: Pipeline;
/** One for each version of Node. */
let projects: readonly Project[];

beforeAll(async () => {
  [packed, pipeline] = await Promise.all([packPackages(), createPipeline()]);
  const files = new Map([...examples, ['check-form.mjs', checkForm]]);
  projects = await Promise.all(versions.map((node) => createProject(node, packed, files)));
});

afterAll(async () => {
  await Promise.all([packed, pipeline, ...projects].map((one) => one[Symbol.asyncDispose]()));
});

test('what is packed has nothing that publint or arethetypeswrong would mend', async () => {
  expect(packed.tarballs.length).toBe(4);
  for (const tarball of packed.tarballs) {
    const bytes = new Uint8Array(await readFile(tarball));
    const { messages } = await publint({ pack: { tarball: bytes.buffer } });
    expect(messages, tarball).toEqual([]);
    expect(await typeProblems(bytes), tarball).toEqual([]);
  }
});

/** The packages are modules: what loads them with `require` by the rules of old is left out. */
async function typeProblems(tarball: Uint8Array): Promise<readonly object[]> {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (!result.types) throw new Error('has no types');
  const isOld = (problem: object) =>
    'resolutionKind' in problem && /^node10$|-cjs$/.test(String(problem.resolutionKind));
  return result.problems.filter((problem) => !isOld(problem));
}

test.each([
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('types are found by %s %s', async (module, resolution) => {
  expect(await projects[0]?.compile(module, resolution)).toBe('');
});

test.each([...examples.keys()].filter((file) => file.startsWith('schema-')))(
  'on Deno the example %s logs what the README says, too',
  async (file) => {
    const [project] = projects;
    if (project === undefined) throw new Error('there is no project');
    expect(await runOnDeno(project, file)).toEqual(promisedLines(examples.get(file) ?? ''));
  },
);

describe.each(versions.entries().toArray())('project %i, installed by npm for Node %s', (index, node) => {
  const start = async (file: string) => projects[index]?.start(file, pipeline.environment) ?? [];

  test('runs on that Node', () => {
    expect(projects[index]?.nodeVersion).toMatch(new RegExp(`^v${node}\\.`));
  });

  test.each([...examples])('the example %s logs what the README says', async (file, code) => {
    expect(promisedLines(code)).not.toEqual([]);
    expect(await start(file)).toEqual(promisedLines(code));
  });

  test('the example of a service produces an event', async () => {
    const [id] = await start('produce.ts');
    const records = await pipeline.readTopic(pipeline.topic);
    const results = records.map(({ value }) => decodeEvent(value));
    const found = results.flatMap((result) => (result.ok ? [result.event.event_id] : []));
    expect(found).toContain(id);
  });

  test('the example of a form says what is wrong in a browser, whose policy forbids eval', async () => {
    await using site = await serveFolder(projects[index]?.folder ?? '');
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

  test('the example of a form says what is wrong where eval is forbidden', async () => {
    const environment = { NODE_OPTIONS: '--disallow-code-generation-from-strings' };
    expect(await projects[index]?.start('check-form.mjs', environment)).toEqual([
      'right',
      'amount must be >= 0',
      'amount must be number',
      'currency must match pattern "^[A-Z]{3}$"',
    ]);
  });
});

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type ClientRequestArgs, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findAccessibilityProblems } from './support/browser/axe.ts';
import { startBrowser, type TestBrowser } from './support/browser/browser.ts';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { documentedBlock } from './support/docs/documented-block.ts';
import { type Environment, type Program, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog } from './support/programs/wait.ts';
import { type Nginx, noNginx, startNginx } from './support/servers/nginx.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const BASE = '/pipeline/';
/** From which nginx connects to the page; all other clients here connect from 127.0.0.1. */
const PROXY_ADDRESS = '127.0.0.2';
const ada = { username: 'ada', password: 'hunter2' };

const stack = new AsyncDisposableStack();
let folder: string;
let pipeline: Pipeline;
let chrome: TestBrowser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipeline-login-'));
  // The workers of nginx do not run as root.
  await chmod(folder, 0o755);
  stack.defer(() => rm(folder, { recursive: true }));
  pipeline = stack.use(await createPipeline());
  chrome = stack.use(await startBrowser({ LANG: 'C', LC_ALL: 'C', LANGUAGE: '' }));
  const bad = Array.from({ length: 6 }, () => jsonRecord({ ...createEvent(), event_type: 'teleport' }));
  await publish([...bad, jsonRecord(recent())]);
}, 120_000);
afterAll(() => stack.disposeAsync());

const recent = () => createEvent({ event_time: new Date().toISOString() });

async function publish(records: Parameters<Pipeline['publish']>[0]): Promise<void> {
  await pipeline.publish(records);
  const environment = { ...pipeline.environment, DLQ_LIMIT_RATIO: '0' };
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
}

/** Starts the stats page below the base path and returns its origin. */
async function serve(change: Environment): Promise<string> {
  const environment = { ...pipeline.environment, STATS_BASE_PATH: BASE, ...change };
  const program: Program = stack.use(startApp('stats', ['serve'], environment));
  await waitForLog(program, /stats page http/);
  return /stats page (http:\/\/127\.0\.0\.1:\d+)\/pipeline\/"/.exec(program.stderr())?.[1] ?? '';
}

/** Opens a page in a new browser context, and collects its errors and what it requests. */
async function open(address: string, headers: Readonly<Record<string, string>> = {}) {
  const options = { locale: 'en-US', httpCredentials: ada, extraHTTPHeaders: headers };
  const context = await chrome.browser.newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  const paths = new Set<string>();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('response', (response) => {
    paths.add(new URL(response.url()).pathname);
    if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(address);
  return { page, errors, paths, [Symbol.asyncDispose]: () => context.close() };
}

/** Uses `node:http`, because `fetch` sets headers such as Host, Origin and Sec-Fetch-Site itself. */
async function send(url: string, { body, ...options }: ClientRequestArgs & { readonly body?: object } = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const sent = request(url, { ...options, agent: false }, async (response) =>
    resolve({ status: response.statusCode ?? 0, body: await text(response) }),
  );
  sent.on('error', reject).end(body && JSON.stringify(body));
  return await promise;
}

/** Discards the oldest open dead letter. */
async function discardOne(url: string, headers: Readonly<Record<string, string>>) {
  const [id = ''] = await selectTexts(`select min(dlq_id) from dlq_events where status = 'open'`);
  const options = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return await send(`${url}api/dlq/discard`, { ...options, body: { ids: [id], because: 'a test' } });
}

const authorization = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;

async function selectTexts(select: string): Promise<readonly string[]> {
  const rows = await pipeline.database.run((sql) => sql.unsafe<Record<string, unknown>[]>(select));
  return rows.map((row) => Object.values(row).join(' '));
}

const newestAction = async () =>
  (await selectTexts('select action, outcome, done_by from dlq_actions order by action_id desc limit 1'))[0];

async function selectAndAct(page: Page, action: 'Redrive' | 'Discard', answer: string): Promise<void> {
  await page
    .getByRole('checkbox', { name: /^Select dead letter/ })
    .first()
    .check();
  await page.getByRole('button', { name: `${action} selected` }).click();
  if (action === 'Discard') await page.getByLabel('Reason, kept').fill('a test');
  await page.getByRole('button', { name: `${action} 1` }).click();
  await page.getByText(answer).waitFor();
}

describe.skipIf(noNginx !== undefined)(`behind nginx${noNginx === undefined ? '' : ` (${noNginx})`}`, () => {
  let direct: string;
  let nginx: Nginx;
  /** The page through nginx. */
  let url: string;

  beforeAll(async () => {
    const trust = { STATS_USER_HEADER: 'X-Forwarded-User', STATS_TRUSTED_PROXIES: PROXY_ADDRESS };
    direct = await serve(trust);
    await writeFile(join(folder, 'users'), `${ada.username}:{PLAIN}${ada.password}\n`, { mode: 0o644 });
    nginx = stack.use(await startNginx(`proxy_bind ${PROXY_ADDRESS};\n${recipe()}`));
    url = `${nginx.origin}${BASE}`;
  });

  /** The block of docs/proxy.md, with the files and addresses of this test. */
  function recipe(): string {
    return documentedBlock('docs/proxy.md', 'nginx')
      .replace('http://127.0.0.1:3000', direct)
      .replace('/etc/nginx/pipeline.htpasswd', join(folder, 'users'));
  }

  test('nginx requires the login', async () => {
    expect((await send(url)).status).toBe(401);
    expect((await send(url, { auth: 'ada:hunter2' })).status).toBe(200);
  });

  test('the page works below its path, and requests nothing outside of it', async () => {
    await using opened = await open(`${nginx.origin}/pipeline?range=1h`);
    const { page } = opened;
    expect(page.url()).toBe(`${url}?range=1h`);
    const stored = page.locator('#cards .value').first();
    await stored.getByText('1', { exact: true }).waitFor();
    for (const id of ['chart', 'lag-history', 'rate-history']) await page.locator(`#${id} canvas`).waitFor();
    expect(await page.locator('#charts-notice').isVisible()).toBe(false);
    await publish([jsonRecord(recent())]);
    await stored.getByText('2', { exact: true }).waitFor();
    for (const name of ['JSON', 'Text', 'Metrics', 'Overview', 'Dead letters']) {
      const link = page.getByRole('link', { name, exact: true });
      const href = await link.evaluate((element) => (element as unknown as { href: string }).href);
      expect([name, (await send(href, { auth: 'ada:hunter2' })).status]).toEqual([name, 200]);
    }
    expect([...opened.paths].filter((path) => !path.startsWith('/pipeline'))).toEqual([]);
    expect([...opened.paths]).toEqual(
      expect.arrayContaining([`${BASE}api/stream`, `${BASE}web/lit-html.js`]),
    );
    expect(opened.errors).toEqual([]);
  });

  test('dead letters are redriven and discarded by the user of the proxy', async () => {
    // A header of the browser must not reach the page.
    await using opened = await open(`${url}dead-letters?status=open`, { 'X-Forwarded-User': 'mallory' });
    const { page } = opened;
    await page.getByText('Recorded as ada', { exact: true }).waitFor();
    await selectAndAct(page, 'Discard', '1 dead letter discarded: a test');
    expect(await newestAction()).toBe('discard done ada');
    await selectAndAct(page, 'Redrive', 'Done: 1 redriven, 0 failed');
    expect(await newestAction()).toBe('redrive done ada');
    await page.getByLabel('Status').selectOption('redriven');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL('**/pipeline/dead-letters?status=redriven');
    await page.locator('#dead-letters a').first().click();
    await page.getByRole('region', { name: 'Table: History' }).getByText('ada').waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), exportAll(page)]);
    expect(file.url()).toMatch(/\/pipeline\/api\/dlq\/export\?status=redriven&format=csv$/);
    expect(opened.errors).toEqual([]);
  });

  async function exportAll(page: Page): Promise<void> {
    await page.goBack();
    await page.getByRole('link', { name: 'CSV' }).click();
  }

  test('axe finds no accessibility problem below the path', { tags: 'long' }, async () => {
    await using opened = await open(url);
    const { page } = opened;
    const [id] = await selectTexts('select min(dlq_id) from dlq_events');
    for (const path of ['', 'dead-letters', `dead-letters?id=${id}`]) {
      await page.goto(`${url}${path}`);
      await page.locator('table').first().waitFor();
      expect([path, await findAccessibilityProblems(page)]).toEqual([path, []]);
    }
  });

  test('a forged header that is sent directly to the port is ignored', async () => {
    const forged = { 'x-forwarded-user': 'mallory', 'x-forwarded-for': PROXY_ADDRESS };
    expect((await discardOne(`${direct}${BASE}`, forged)).status).toBe(200);
    expect(await newestAction()).toBe('discard done stats page');
  });

  test('changes from other sites are refused, those of the page accepted', async () => {
    const login = { authorization: authorization('ada:hunter2') };
    const cases = [
      [{ origin: nginx.origin }, 200],
      [{ origin: 'http://evil.example' }, 403],
      [{ origin: direct }, 403],
      [{ origin: nginx.origin, 'sec-fetch-site': 'cross-site' }, 403],
    ] as const;
    for (const [headers, status] of cases)
      expect([headers, (await discardOne(url, { ...login, ...headers })).status]).toEqual([headers, status]);
    const host = { host: 'evil.example' };
    expect((await send(`${direct}${BASE}`, { headers: host })).status).toBe(421);
  });
});

describe('with a login of its own', () => {
  test('the user who logs in is recorded, and a changed file takes effect', async () => {
    const file = join(folder, 'logins');
    await writeFile(file, `${ada.username}:${ada.password}\n`);
    const origin = await serve({ STATS_BASIC_AUTH_FILE: file });
    const url = `${origin}${BASE}`;
    for (const path of ['livez', 'readyz', 'metrics']) {
      expect((await send(`${origin}/${path}`)).status).toBe(200);
      expect((await send(`${url}${path}`)).status).toBe(401);
    }
    expect((await discardOne(url, { authorization: authorization('ada:wrong') })).status).toBe(401);
    await using opened = await open(`${url}dead-letters?status=open`);
    await selectAndAct(opened.page, 'Discard', '1 dead letter discarded: a test');
    expect(await newestAction()).toBe('discard done ada');
    await writeFile(file, 'grace:other\n');
    expect((await send(url, { auth: 'ada:hunter2' })).status).toBe(401);
    expect((await send(url, { auth: 'grace:other' })).status).toBe(200);
  });

  test('a missing or malformed file ends with exit code 2 and one line', { tags: 'long' }, async () => {
    const malformed = join(folder, 'malformed');
    await writeFile(malformed, 'ada:hunter2\nsecret-without-user\n');
    for (const path of [malformed, join(folder, 'missing')]) {
      const environment = { ...pipeline.environment, STATS_BASIC_AUTH_FILE: path };
      const { code, stderr } = await runApp('stats', ['serve'], environment);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^stats: STATS_BASIC_AUTH_FILE: .*; it needs one USER:PASSWORD per line\n$/),
      ]);
      expect(stderr).not.toMatch(/hunter2|secret/);
    }
  });
});

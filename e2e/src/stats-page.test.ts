import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@pipeline/servers';
import { type PrivateServer, startPrivateKafka, testStack } from '@pipeline/testing';
import type { Page, Response } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAccessibilityProblems } from './support/browser/axe.ts';
import { startBrowser, type TestBrowser } from './support/browser/browser.ts';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { type Program, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog } from './support/programs/wait.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { startProxy, type TcpProxy } from './support/servers/proxy.ts';
import { createBuiltInRollups } from './support/servers/test-rollups.ts';
import { createTopics } from './support/system/system.ts';

/** Valid events that a constraint of the table rejects for now, and records that are not events. */
const REJECTED = 60;
const INVALID = 140;

const stack = new AsyncDisposableStack();
let chrome: TestBrowser;
let kafka: PrivateServer;
let kafkaProxy: TcpProxy;
let postgresProxy: TcpProxy;
let pipeline: Pipeline;
let url: string;

beforeAll(async () => {
  const port = await findFreePort();
  kafkaProxy = stack.use(await startProxy(port));
  const endpoint = { host: '127.0.0.1', port };
  const advertised = { host: '127.0.0.1', port: kafkaProxy.port };
  [kafka, chrome] = await Promise.all([startPrivateKafka({ endpoint, advertised }), startBrowser()]);
  stack.use(kafka);
  stack.use(chrome);
  pipeline = stack.use(await createPipeline('events'));
  postgresProxy = stack.use(await startProxy(Number(new URL(databaseUrl(pipeline)).port)));
  url = await serve(throughProxy(pipeline));
}, 120_000);
afterAll(() => stack.disposeAsync());

async function createPipeline(topic: string): Promise<Pipeline> {
  const brokers = `127.0.0.1:${kafkaProxy.port}`;
  const [database] = await Promise.all([testStack().createDatabase(), createTopics(brokers, topic)]);
  await createBuiltInRollups(database);
  return await openPipeline({ brokers, databaseUrl: database }, topic, `${topic}-dlq`);
}

const databaseUrl = ({ environment }: Pipeline) => environment['DATABASE_URL'] ?? '';

/** The settings of a pipeline, with Postgres behind the proxy. */
function throughProxy({ environment }: Pipeline) {
  const address = new URL(environment['DATABASE_URL'] ?? '');
  address.port = String(postgresProxy.port);
  return { ...environment, DATABASE_URL: address.href };
}

/** Starts the stats page and returns its URL. */
async function serve(environment: Pipeline['environment']): Promise<string> {
  const program: Program = stack.use(startApp('stats', ['serve'], environment));
  await waitForLog(program, /stats page http/);
  return /stats page (http:\/\/127\.0\.0\.1:\d+)/.exec(program.stderr())?.[1] ?? '';
}

interface Appearance {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Opens a page in a new browser context and collects its errors. */
async function open(address: string, { width = 1280, colorScheme = 'light' }: Appearance = {}) {
  const viewport = { width, height: 900 };
  const context = await chrome.browser.newContext({ locale: 'en-US', viewport, colorScheme });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('dialog', (dialog) => errors.push(`dialog: ${dialog.message()}`));
  await page.goto(address);
  return { page, errors, [Symbol.asyncDispose]: () => context.close() };
}

const drain = async (of = pipeline) =>
  expect(await runApp('consumer', ['--once'], { ...of.environment, DLQ_LIMIT_RATIO: '0' })).toMatchObject({
    code: 0,
  });

/** The texts of a table's cells, by row. */
async function rowsOf(page: Page, id: string): Promise<readonly (readonly string[])[]> {
  const rows = await page.locator(`#${id} tbody tr`).all();
  return await Promise.all(rows.map((row) => row.locator('td').allTextContents()));
}

const card = (page: Page, title: string) =>
  page.locator('#cards > div', { has: page.getByText(title, { exact: true }) }).locator('.value');

const selectTexts = async (select: string): Promise<readonly (readonly string[])[]> => {
  const rows = await pipeline.database.run((sql) => sql.unsafe<Record<string, unknown>[]>(select));
  return rows.map((row) => Object.values(row).map(String));
};

test('an empty pipeline names the next command', async () => {
  await using opened = await open(url);
  await opened.page.locator('body[data-word="empty"]').waitFor();
  expect(await opened.page.locator('#reasons').textContent()).toContain('pnpm --filter producer start');
  expect(opened.errors).toEqual([]);
});

function at(minutesAgo: number, change = {}) {
  const time = new Date(Date.now() - 60_000 * minutesAgo).toISOString();
  return jsonRecord({ ...createEvent({ event_time: time }), ...change });
}

/** Stores events of the last three minutes, a duplicate, and three dead letters. */
async function fill(): Promise<void> {
  const twice = at(2);
  const signups = Array.from({ length: 1_234 }, () =>
    at(2, { event_type: 'signup', payload: { plan: 'pro' } }),
  );
  const bad = [{ event_type: 'teleport' }, { event_type: 'teleport' }, { user_id: '' }].map((one) =>
    at(2, one),
  );
  await pipeline.publish([twice, twice, at(1), at(3), ...signups, ...bad]);
  await drain();
}

let filled: Promise<void> | undefined;
/** For tests that also run without those before them. */
const ensureFilled = () => (filled ??= fill());

test('the page shows the numbers of the database and of Kafka', async () => {
  await ensureFilled();
  await pipeline.publish([at(0), at(0)]);

  await using opened = await open(`${url}/?range=15m`);
  const { page } = opened;
  await card(page, 'Lag (messages)').getByText('2', { exact: true }).waitFor();
  expect(await card(page, 'Events stored').textContent()).toBe('1,237');
  expect(await card(page, 'Duplicates').textContent()).toBe('1');
  expect(await card(page, 'Open dead letters').textContent()).toBe('3');
  expect(await page.locator('#word').textContent()).toBe('stopped');

  const types = (await rowsOf(page, 'types')).map(([type, count]) => [type, count?.replaceAll(',', '')]);
  expect(types).toEqual(
    await selectTexts('select event_type, count(*) from raw_events group by 1 order by 2 desc'),
  );
  expect(
    (await rowsOf(page, 'dead-letter-groups')).map(([reason, count, type]) => [reason, type, count]),
  ).toEqual(
    await selectTexts(
      `select reason, coalesce(event_type, '-'), count(*) from dlq_events group by 1, 2 order by 3 desc, 1`,
    ),
  );
  const newest = (await rowsOf(page, 'tail')).map(([, , id]) => id);
  const stored = await selectTexts(`select event_id from raw_events where event_id = any('{${newest}}')`);
  expect([newest.length, stored.length]).toEqual([10, 10]);
  expect(await card(page, 'Latency (p50)').textContent()).toBe('2 min');
  const offsets = await pipeline.offsets();
  expect((await rowsOf(page, 'lag')).map((row) => row.slice(0, 4))).toEqual(
    offsets.map(({ partition, committed = 0n, logEnd }) =>
      [partition, committed.toLocaleString('en'), logEnd.toLocaleString('en'), logEnd - committed].map(
        String,
      ),
    ),
  );
  await drain();
  await card(page, 'Lag (messages)').getByText('0', { exact: true }).waitFor();
  expect(opened.errors).toEqual([]);
});

test('the chart shows the counts of each minute, and types can be hidden by keyboard', async () => {
  await using opened = await open(`${url}/?range=1h`);
  const { page } = opened;
  const signup = page.locator('#legend button', { hasText: 'signup' });
  await signup.waitFor();
  // Moves the pointer over the minutes until it finds the one with the signups.
  const box = await page.locator('#chart .u-over').boundingBox();
  for (let x = box?.width ?? 0; x > 0 && !/1,234/.test((await signup.textContent()) ?? ''); x -= 2)
    await page.mouse.move((box?.x ?? 0) + x, (box?.y ?? 0) + 50);
  const minute = (await page.locator('#legend > span').textContent())?.slice(0, 5);
  expect(await signup.textContent()).toBe('signup 1,234');
  expect(
    await selectTexts(`select event_count from agg_events_minute where event_type = 'signup'
                       and to_char(minute at time zone 'UTC', 'HH24:MI') = '${minute}'`),
  ).toEqual([['1234']]);
  await signup.focus();
  await page.keyboard.press('Enter');
  expect(await signup.getAttribute('aria-pressed')).toBe('false');
  await page.getByRole('link', { name: '6h' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/?range=6h');
  expect(opened.errors).toEqual([]);
});

test('lag and rates have values over time, and the newest events can be paused', async () => {
  await using opened = await open(`${url}/?range=15m`);
  const { page } = opened;
  await page.locator('#lag-history-values', { hasText: /^lag 0/ }).waitFor();
  await page.locator('#rate-history-values', { hasText: /^produced [\d.]+\/sconsumed [\d.]+\/s/ }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Paused. ').waitFor();
  expect(opened.errors).toEqual([]);
});

test('the page reconnects after an error response of a proxy', { tags: 'long' }, async () => {
  await ensureFilled();
  await using opened = await open('about:blank');
  const { page } = opened;
  await page.route('**/api/stream', (route) => route.fulfill({ status: 502, body: 'bad gateway' }), {
    times: 2,
  });
  await page.goto(url);
  await page.locator('body[data-word="disconnected"]').waitFor();
  expect(await page.locator('#reasons').textContent()).toContain('If a login has expired, reload the page');
  await page.locator('#types table').waitFor();
});

test('the page loads less than 150 kB', async () => {
  await using opened = await open('about:blank');
  const responses: Response[] = [];
  opened.page.on('response', (response) => {
    if (!response.url().endsWith('/api/stream')) responses.push(response);
  });
  await opened.page.goto(url);
  await opened.page.locator('#types table').waitFor();
  const bodies = await Promise.all(responses.map((response) => response.body()));
  const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(150_000);
});

/** Failed inserts use up ids, so the first dead letter may have an id above 1. */
async function allPages(): Promise<readonly string[]> {
  const [[id] = []] = await selectTexts('select min(dlq_id) from dlq_events');
  return ['/', '/dead-letters', `/dead-letters?id=${id}`];
}

/** For each table: by how many pixels it exceeds its frame, and whether its last column can be reached. */
const measureTables = `[...document.querySelectorAll('.scroll:has(table)')]
  .filter((frame) => frame.clientWidth > 0)
  .map((frame) => {
    const excess = frame.scrollWidth - frame.clientWidth;
    frame.scrollLeft = excess;
    const last = frame.querySelector('tr').lastElementChild.getBoundingClientRect();
    return { excess, isReachable: last.right <= frame.getBoundingClientRect().right + 1 };
  })`;

async function expectFit(width: number): Promise<void> {
  await ensureFilled();
  await using opened = await open(url, { width });
  for (const path of await allPages()) {
    await opened.page.goto(`${url}${path}`);
    await opened.page.locator('table').first().waitFor();
    const tables = await opened.page.evaluate<{ excess: number; isReachable: boolean }[]>(measureTables);
    expect(tables.filter(({ isReachable }) => !isReachable)).toEqual([]);
    if (width >= 1024) expect([path, tables.filter(({ excess }) => excess > 0)]).toEqual([path, []]);
    expect([path, await opened.page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, width]);
  }
}

const fits = 'at %i px no page is wider, and tables fit or scroll';

test.each([1024, 360])(fits, expectFit);
test.each([1280, 390])(fits, { tags: 'long' }, expectFit);

test('every page has one header, with navigation and the name of the pipeline', async () => {
  await using opened = await open(url);
  const { page } = opened;
  for (const path of await allPages()) {
    await page.goto(`${url}${path}`);
    expect(await page.locator('header').allTextContents()).toEqual([
      expect.stringMatching(/group-events.*Overview.*Dead letters/s),
    ]);
    expect(await page.title()).toContain('group-events');
  }
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.locator('#review').getByText('3 dead letters to review').click();
  await page.waitForURL('**/dead-letters?status=open');
});

async function expectAccessible(appearance: Appearance): Promise<void> {
  await ensureFilled();
  await using opened = await open(url, appearance);
  const { page } = opened;
  for (const path of await allPages()) {
    await page.goto(`${url}${path}`);
    await page.locator('table').first().waitFor();
    expect([path, await findAccessibilityProblems(page)]).toEqual([path, []]);
  }
  await page.goto(`${url}/dead-letters?status=open`);
  await page.getByRole('button', { name: 'Discard all 3 open' }).click();
  await page.getByRole('dialog').waitFor();
  expect(await findAccessibilityProblems(page)).toEqual([]);
}

const isAccessible = 'axe finds no accessibility problem, with %o';

test.each<Appearance>([
  { width: 1280, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
])(isAccessible, expectAccessible);
test.each<Appearance>([
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
])(isAccessible, { tags: 'long' }, expectAccessible);

test('a cause links to its dead letters, and filters are in the URL', async () => {
  await using opened = await open(url);
  const { page } = opened;
  await page.getByRole('link', { name: 'unknown_event_type' }).click();
  await page.waitForURL('**/dead-letters?status=open&reason=unknown_event_type&type=teleport');
  await page.getByText('2 dead letters match').waitFor();
  expect((await rowsOf(page, 'dead-letters')).map((row) => row.slice(3, 6))).toEqual([
    ['unknown_event_type', 'teleport', '/event_type is not registered'],
    ['unknown_event_type', 'teleport', '/event_type is not registered'],
  ]);
  await page.getByRole('combobox', { name: 'Reason' }).selectOption('any');
  await page.getByLabel('Event type').fill('');
  await page.getByLabel('Error contains').fill('user_id');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/dead-letters?status=open&contains=user_id');
  await page.getByText('1 dead letter matches').waitFor();
  await page.reload();
  expect(await page.getByLabel('Error contains').inputValue()).toBe('user_id');
  await page.locator('#dead-letters a').click();
  await page.getByText('Path of the error').waitFor();
  expect(await page.locator('.facts').textContent()).toContain('/user_id');
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await page.waitForURL('**/dead-letters?status=open&contains=user_id');
  expect(opened.errors).toEqual([]);
});

test('the dead letters of one topic can be selected', async () => {
  await using opened = await open(`${url}/dead-letters`);
  const { page } = opened;
  await page.getByLabel('Topic').fill(pipeline.topic);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/dead-letters?topic=${pipeline.topic}`);
  const [[count] = []] = await selectTexts('select count(*) from dlq_events');
  await page.getByText(`${count} dead letters match`).waitFor();
  await page.getByLabel('Topic').fill('others');
  await page.keyboard.press('Enter');
  await page.getByText('0 dead letters match').waitFor();
  expect(opened.errors).toEqual([]);
});

test('a time of any zone in the URL fills the form, and stays in the next URL', async () => {
  await using opened = await open(`${url}/dead-letters?since=2026-11-24T09:30:00%2B02:00`);
  const { page } = opened;
  await page.getByText(/dead letters? match/).waitFor();
  expect(await page.getByLabel('Failed since').inputValue()).toMatch(/^2026-11-24T07:30/);
  await page.getByRole('combobox', { name: 'Status' }).selectOption('open');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL(/status=open.*since=2026-11-24T07%3A30/);
});

test('dead letters are discarded with a reason, which is stored', async () => {
  await using opened = await open(`${url}/dead-letters?status=open&reason=unknown_event_type`);
  const { page } = opened;
  await page
    .getByRole('checkbox', { name: /^Select dead letter/ })
    .first()
    .check();
  await page.getByRole('button', { name: 'Discard selected' }).click();
  await page.getByRole('button', { name: 'Discard 1' }).click();
  expect(await page.getByRole('dialog').isVisible()).toBe(true);
  await page.getByLabel('Reason, kept').fill('a test');
  await page.getByRole('button', { name: 'Discard 1' }).click();
  await page.getByText('1 dead letter discarded: a test').waitFor();
  expect(await selectTexts(`select action, outcome, detail, done_by from dlq_actions`)).toEqual([
    ['discard', 'done', 'a test', 'stats page'],
  ]);
  await page.getByRole('button', { name: 'Discard all 1 open' }).click();
  await page.getByLabel('Reason, kept').fill('the rest');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('1 dead letter discarded: the rest').waitFor();
  expect(opened.errors).toEqual([]);
});

/** Waits for the next whole second of Postgres's clock; all existing rows are older. */
async function nextSecond(): Promise<string> {
  const [[second = ''] = []] = await selectTexts(
    `select to_char(now() at time zone 'UTC' + interval '1 s', 'YYYY-MM-DD"T"HH24:MI:SS'), pg_sleep(1)::text`,
  );
  return second;
}

test('two hundred dead letters are redriven, and tables and topic agree', async () => {
  const { database } = pipeline;
  await database.run((sql) => sql`alter table raw_events add constraint barred check (user_id <> 'barred')`);
  const before = (await pipeline.readTopic(pipeline.topic)).length;
  const sums = await sumLedgers(database);
  const since = await nextSecond();
  const rejected = Array.from({ length: REJECTED }, () =>
    jsonRecord({ ...createEvent(), user_id: 'barred' }),
  );
  const invalid = Array.from({ length: INVALID }, (_, at) => ({
    key: Buffer.from(`key-${at}`),
    value: Buffer.from([0xff, 0x00, at % 256, at >> 8]),
    headers: { trace: Buffer.from([0xfe, at % 256]) },
  }));
  await pipeline.publish([...rejected, ...invalid]);
  await drain();
  await database.run((sql) => sql`alter table raw_events drop constraint barred`);

  const guarded = await serve({ ...pipeline.environment, DLQ_MAX_REDRIVES: '1' });
  await using opened = await open(`${guarded}/dead-letters?since=${since}`);
  const { page } = opened;
  await page.getByRole('button', { name: 'Redrive all 200 open' }).click();
  expect(await page.locator('#confirm-question').textContent()).toContain(
    'all 200 open dead letters that match',
  );
  await page.getByRole('button', { name: 'Redrive 200' }).click();
  await page.getByText('Done: 200 redriven, 0 failed').waitFor();
  await drain();

  // The invalid ones have failed again, and have reached the maximum number of redrives.
  await page.reload();
  await page.getByRole('button', { name: 'Redrive all 140 open' }).click();
  await page.getByRole('button', { name: 'Redrive 140' }).click();
  await page.getByText('Done: 0 redriven, 140 failed').waitFor();
  const refused = await page.locator('#results tbody tr').allTextContents();
  expect(new Set(refused.map((text) => text.replace(/^\d+/, '')))).toEqual(
    new Set(['redriven 1 times already']),
  );
  await page.locator('#results a').first().click();
  await page.getByRole('link', { name: /^redriven as dead letter \d+$/ }).waitFor();

  expect(await findViolations(database)).toEqual(noViolations);
  expect(await sumLedgers(database)).toEqual({
    ...sums,
    stored: (sums?.stored ?? 0) + REJECTED,
    dead: (sums?.dead ?? 0) + REJECTED + 2 * INVALID,
  });
  expect((await pipeline.readTopic(pipeline.topic)).length).toBe(before + 2 * (REJECTED + INVALID));
  expect(
    await selectTexts(`select status, redrive_count, count(*) from dlq_events
                       where reason in ('not_utf8', 'refused_by_database') group by 1, 2 order by 1`),
  ).toEqual([
    ['open', '1', '140'],
    ['redriven', '0', '200'],
  ]);
  expect(opened.errors).toEqual([]);
});

test('a read-only page has no buttons or checkboxes', async () => {
  const readOnly = await serve({ ...pipeline.environment, STATS_READ_ONLY: 'true' });
  await using opened = await open(`${readOnly}/dead-letters?status=open`);
  await opened.page.getByText('Read-only').waitFor();
  expect(await opened.page.locator('#actions button, #dead-letters input').count()).toBe(0);
});

/** Texts that could harm a reader: markup, ANSI, a bell, bidirectional and C1 controls, line ends, length. */
const hostile = [
  '<img src=x onerror=globalThis.owned=1>',
  '<script>globalThis.owned = 1</script><img src=x onerror="globalThis.owned = 1">',
  '"><svg onload=globalThis.owned=1>',
  'javascript:globalThis.owned=1',
  '\x1b[2J\x1b]0;owned\x07\u009b31m',
  '\u202egnp.exe\u2066\u200b',
  'a\r\nb\u2028',
  'x'.repeat(100_000),
];

test('hostile texts are shown escaped on every page', { tags: 'long' }, async () => {
  await ensureFilled();
  const records = hostile.map((text) => ({
    ...jsonRecord(createEvent({ event_type: text, user_id: text, payload: { [text]: text } })),
    key: Buffer.from(text),
    headers: { [text.slice(0, 1_000)]: Buffer.from(text) },
  }));
  await pipeline.publish(records);
  await drain();
  await storePurchases(hostile);
  await pipeline.database.run(
    (sql) => sql`
      with texts as (select text, row_number() over () as n from jsonb_array_elements_text(${JSON.stringify(hostile)}::text::jsonb) as text),
        marked as (
          update dlq_events set event_type = left(text, 2000), detail = text, source_topic = text
          from texts where dlq_id = (select max(dlq_id) from dlq_events) - n + 1 returning dlq_id, text
        ), minutes as (
          insert into agg_events_minute select date_trunc('minute', now()), left(text, 2000), 1000 from texts
        ), stored as (
          insert into raw_events select gen_random_uuid(), left(text, 2000), now(), text, '{}' from texts
        )
      insert into dlq_actions (dlq_id, action, outcome, detail, done_by)
      select dlq_id, 'redrive', 'failed', text, text from marked`,
  );
  await using opened = await open(url);
  const { page } = opened;
  await page.locator('#types').getByText('onerror').first().waitFor();
  await page.locator('#tail').getByText('onerror').first().waitFor();
  await expectHostileKeys(page);
  await expectEscaped(page);
  await page.goto(`${url}/dead-letters`);
  await page.locator('#dead-letters').getByText('onerror').first().waitFor();
  await expectEscaped(page);
  const links = await page.locator('#dead-letters a').all();
  const paths = await Promise.all(links.slice(0, hostile.length).map((link) => link.getAttribute('href')));
  for (const path of paths) {
    await page.goto(`${url}/${path}`);
    await page.locator('.facts').waitFor();
    await expectEscaped(page);
  }
  expect([paths.length, opened.errors]).toEqual([hostile.length, []]);
});

/** Stores purchases in these currencies, by a definition that allows any text. */
async function storePurchases(currencies: readonly string[]): Promise<void> {
  const EVENTS = await mkdtemp(join(tmpdir(), 'any-currency-'));
  await writeFile(join(EVENTS, 'purchase.json'), JSON.stringify({ type: 'object' }));
  const purchase = { event_type: 'purchase', event_time: new Date().toISOString() };
  await pipeline.publish(
    currencies.map((currency) => at(0, { ...purchase, payload: { amount: 1, currency } })),
  );
  await drain({ ...pipeline, environment: { ...pipeline.environment, EVENTS } });
  await rm(EVENTS, { recursive: true });
}

/** Keys are clipped after 40 characters, and one of more than 200 counts as other. */
async function expectHostileKeys(page: Page): Promise<void> {
  const shown = [
    ...['<img src=x onerror=globalThis.owned=1>', '"><svg onload=globalThis.owned=1>', 'other'],
    ...[String.raw`\u{202e}gnp.exe\u{2066}\u{200b}`, String.raw`a\u{d}\u{a}b\u{2028}`],
  ];
  await page.locator('#rollup-0-table summary').click();
  const headings = page.locator('#rollup-0-rows th');
  await headings.nth(hostile.length).waitFor();
  expect(await headings.allTextContents()).toEqual(expect.arrayContaining(shown));
  const values = await page.locator('#rollup-0-values > span').allTextContents();
  expect(values).toEqual(expect.arrayContaining(shown.map((key) => `${key} 1`)));
}

async function expectEscaped(page: Page): Promise<void> {
  const [owned, created, text] = await page.evaluate<[unknown, number, string]>(
    `[globalThis.owned, document.querySelectorAll('img, svg, script:not([src]), [onerror], [onload]').length, document.body.textContent]`,
  );
  expect([owned ?? 'nothing', created]).toEqual(['nothing', 0]);
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u);
  const width = await page.evaluate('document.documentElement.scrollWidth');
  expect([page.url(), width]).toEqual([page.url(), 1280]);
}

/** A failed redrive is reported as failed, and changes nothing. */
async function expectNotRedriven(): Promise<void> {
  await using opened = await open(`${url}/dead-letters?status=open&reason=not_utf8`);
  const { page } = opened;
  const [[before = ''] = []] = await selectTexts(`select count(*) from dlq_events where status = 'open'`);
  await page
    .getByRole('checkbox', { name: /^Select dead letter/ })
    .first()
    .check();
  await page.getByRole('button', { name: 'Redrive selected' }).click();
  await page.getByRole('button', { name: 'Redrive 1' }).click();
  await page.getByText(/^Ended \(Kafka does not respond.*0 redriven, 0 failed, 1 not attempted$/).waitFor();
  expect(await selectTexts(`select count(*) from dlq_events where status = 'open'`)).toEqual([[before]]);
}

test('without Kafka the page shows the rest, and recovers by itself', async () => {
  await using opened = await open(url);
  const { page } = opened;
  await card(page, 'Events stored').waitFor();
  const stored = await card(page, 'Events stored').textContent();
  await kafkaProxy.refuse();
  await page.locator('body[data-word="down"]').waitFor();
  expect(await page.locator('#reasons').textContent()).toMatch(/lag is unknown: Kafka/);
  expect(await card(page, 'Lag (messages)').textContent()).toBe('n/a');
  expect(await card(page, 'Events stored').textContent()).toBe(stored);
  await using late = await open(url);
  await card(late.page, 'Events stored')
    .getByText(stored ?? '', { exact: true })
    .waitFor();
  await expectNotRedriven();
  await kafkaProxy.heal();
  await page.locator('body[data-word="stopped"]').waitFor();
  await card(page, 'Lag (messages)').getByText('0', { exact: true }).waitFor();
});

test('without Postgres the pages report it, and recover by themselves', { tags: 'long' }, async () => {
  await ensureFilled();
  await using opened = await open(url);
  await using list = await open(`${url}/dead-letters?status=open`);
  await card(opened.page, 'Events stored').waitFor();
  await postgresProxy.refuse();
  await opened.page.locator('body[data-word="down"][data-stale]').waitFor();
  expect(await opened.page.locator('#reasons').textContent()).toMatch(/Postgres/);
  await list.page.reload();
  await list.page.getByText(/^Postgres/).waitFor();
  await postgresProxy.heal();
  await opened.page.locator('body[data-word="stopped"]:not([data-stale])').waitFor();
  await list.page.getByText(/dead letters match$/).waitFor();
});

test('the page reports that its server has stopped', async () => {
  const environment = pipeline.environment;
  await using program = startApp('stats', ['serve'], environment);
  await waitForLog(program, /stats page http/);
  const address = /stats page (http:\/\/127\.0\.0\.1:\d+)/.exec(program.stderr())?.[1] ?? '';
  await using opened = await open(address);
  await card(opened.page, 'Events stored').waitFor();
  program.process.kill('SIGTERM');
  await opened.page.locator('body[data-word="disconnected"][data-stale]').waitFor();
  expect(await program.ended).toMatchObject({ code: 0 });
});

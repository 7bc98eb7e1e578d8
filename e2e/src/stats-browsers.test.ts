import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAccessibilityProblems } from './support/browser/axe.ts';
import { startBrowser, type TestBrowser } from './support/browser/browser.ts';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { type Program, runApp, startApp } from './support/programs/programs.ts';
import { prove } from './support/programs/prove.ts';
import { waitForLog } from './support/programs/wait.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const stack = new AsyncDisposableStack();
let pipeline: Pipeline;
let chrome: TestBrowser;
let url: string;

beforeAll(async () => {
  pipeline = stack.use(await createPipeline());
  chrome = stack.use(await startBrowser());
  await fill();
  const program: Program = stack.use(startApp('stats', ['serve'], pipeline.environment));
  await waitForLog(program, /stats page http/);
  url = /stats page (http:\/\/127\.0\.0\.1:\d+)/.exec(program.stderr())?.[1] ?? '';
}, 120_000);
afterAll(() => stack.disposeAsync());

const HOUR_MS = 3_600_000;
/** The start of the latest hour with purchases, which no chart of the last day shows. */
const latestHour = Math.floor(Date.now() / HOUR_MS - 48) * HOUR_MS;

function purchase(atMs: number, amount: number, currency: string) {
  const payload = { order_id: 'order-1', amount, currency };
  return createEvent({ event_type: 'purchase', event_time: new Date(atMs).toISOString(), payload });
}

/** Purchases of two hours, events of the last two minutes, a dead letter, and samples of the last five minutes. */
async function fill(): Promise<void> {
  const at = (secondsAgo: number) =>
    createEvent({ event_time: new Date(Date.now() - 1_000 * secondsAgo).toISOString() });
  const events = [1, 2, 61, 62, 63].map((secondsAgo) => jsonRecord(at(secondsAgo)));
  const purchases = [
    purchase(latestHour - HOUR_MS, 99.5, 'EUR'),
    purchase(latestHour - 1, 0.25, 'EUR'),
    purchase(latestHour - 1, 7, 'USD'),
    purchase(latestHour, 3, 'EUR'),
  ];
  await pipeline.publish([...events, ...[...purchases, { hello: 'world' }].map((one) => jsonRecord(one))]);
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  await pipeline.database.run(
    (sql) => sql`
      insert into stats_samples (slot, topic, group_id, taken_at, stored, open_dead_letters, lag, log_end, seconds_behind)
      select date_bin('10 s', at, 'epoch'), ${pipeline.topic}, ${pipeline.groupId}, at, 0, 0, 10 * n, 100 * n, n
      from (select n, now() - make_interval(secs => 10 * (31 - n)) as at from generate_series(1, 30) as n) as sample`,
  );
}

/** Opens a page in a new browser context. */
async function open({ browser }: TestBrowser, options: BrowserContextOptions = {}, script = '') {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.addInitScript(script);
  return { page, [Symbol.asyncDispose]: () => context.close() };
}

const charts = ['chart', 'lag-history', 'rate-history', 'rollup-0'];

/** The number of coloured pixels on the canvas of a chart: its lines, not its grey axes. */
async function countColoured(page: Page, chart: string): Promise<number> {
  await page.locator(`#${chart} canvas`).waitFor();
  return await page.evaluate<number>(`(() => {
    const context = document.querySelector('#${chart} canvas').getContext('2d');
    const { data } = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
    let coloured = 0;
    for (let at = 0; at < data.length; at += 4) {
      const colours = data.slice(at, at + 3);
      if (data[at + 3] > 200 && Math.max(...colours) - Math.min(...colours) > 60) coloured++;
    }
    return coloured;
  })()`);
}

async function expectDrawn(page: Page): Promise<void> {
  await page.goto(url);
  for (const chart of charts) {
    await expect.poll(() => countColoured(page, chart), { timeout: 15_000 }).toBeGreaterThan(100);
  }
  expect(await page.locator('#charts-notice').isVisible()).toBe(false);
}

test.each(['C', 'de_DE.UTF-8'])('charts are drawn with LANG=%s', async (LANG) => {
  await using browser = await startBrowser({ LANG, LC_ALL: LANG, LANGUAGE: '' });
  await using opened = await open(browser);
  await expectDrawn(opened.page);
});

const override = (value: string) =>
  `Object.defineProperty(Navigator.prototype, 'language', { get: () => ${value}, configurable: true })`;

test.each([
  ['en-US@posix', override(`'en-US@posix'`)],
  ['an invalid tag', override(`'not a language'`)],
  ['the empty string', override(`''`)],
  ['undefined', override('undefined')],
  ['null', override('null')],
  ['missing', 'delete Navigator.prototype.language'],
])('charts are drawn if navigator.language is %s', { tags: 'long' }, async (_, script) => {
  await using opened = await open(chrome, {}, script);
  await expectDrawn(opened.page);
});

test.each([
  ['does not load', `throw new Error('broken')`, 'the chart library did not load'],
  ['cannot draw', `var uPlot = class { constructor() { throw new Error('broken') } }`, 'broken'],
])('if the chart library %s, a notice and tables replace the charts', async (_, body, problem) => {
  await using opened = await open(chrome);
  const { page } = opened;
  await page.route('**/uPlot.iife.min.js', (route) =>
    route.fulfill({ body, contentType: 'text/javascript' }),
  );
  await page.goto(url);
  await page
    .getByRole('alert')
    .getByText(`Charts cannot be drawn in this browser (${problem}). The tables show the same numbers.`)
    .waitFor();
  await page.locator('#lag-history-table tbody tr').nth(20).waitFor();
  for (const chart of charts) {
    expect(await page.locator(`#${chart}`).isVisible()).toBe(false);
    expect(await page.locator(`#${chart}-table table`).isVisible()).toBe(true);
  }
  expect(await sumOfTable(page)).toBe(5);
});

/** The sum of all counts in the table of events per minute. */
async function sumOfTable(page: Page): Promise<number> {
  const cells = await page.locator('#chart-table tbody td.number').allTextContents();
  return cells.reduce((sum, text) => sum + Number(text.replaceAll(',', '')), 0);
}

test('the table of a chart can be opened although the chart is drawn', async () => {
  await using opened = await open(chrome);
  const { page } = opened;
  await expectDrawn(page);
  await page.locator('#chart-table summary').click();
  await expect.poll(() => sumOfTable(page)).toBe(5);
});

/** A time on the page, in UTC. */
const minuteOf = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

test('a roll-up is drawn with the values of each key, which its table has too', async () => {
  await using opened = await open(chrome);
  const { page } = opened;
  await expectDrawn(page);
  await page.getByRole('heading', { name: 'purchase revenue per hour by currency', exact: true }).waitFor();
  await page.getByRole('img', { name: 'Chart of purchase revenue per hour' }).waitFor();
  expect(await page.locator('#rollup-0-values > span').allTextContents()).toEqual([
    ...['EUR 3', 'USD n/a', `${minuteOf(latestHour)} UTC`],
  ]);
  await page.locator('#rollup-0-table summary').click();
  const table = page.getByRole('region', { name: 'purchase revenue per hour as a table' });
  const readRows = async () => {
    const rows = await table.getByRole('row').all();
    return await Promise.all(rows.map((row) => row.locator('th, td').allTextContents()));
  };
  await expect.poll(readRows).toEqual([
    ['Bucket (UTC)', 'EUR', 'USD'],
    [minuteOf(latestHour), '3', 'n/a'],
    [minuteOf(latestHour - HOUR_MS), '99.75', '7'],
  ]);
  expect(await findAccessibilityProblems(page)).toEqual([]);
});

test('the page links to the newest proof, and warns if it found differences', async () => {
  await using opened = await open(chrome);
  const { page } = opened;
  await page.goto(url);
  await page.locator('#cards').getByText('Events stored').waitFor();
  expect(await page.locator('#proof').isVisible()).toBe(false);
  expect(await prove(pipeline)).toMatchObject({ code: 0 });
  await page
    .locator('#proof')
    .getByText(/^Proven .* no differences/)
    .waitFor();
  expect(await page.locator('#proof .warn').count()).toBe(0);
  await pipeline.database.run((sql) => sql`delete from raw_events where event_type = 'purchase'`);
  expect(await prove(pipeline)).toMatchObject({ code: 3 });
  await page.locator('#proof a.warn').waitFor();
  expect(await page.locator('#proof').textContent()).not.toContain('no differences');
  await page.locator('#proof a').click();
  await page.waitForURL(`${url}/api/proof`);
});

test('the initial range is the shortest that contains the data', async () => {
  await using opened = await open(chrome);
  const { page } = opened;
  await page.goto(url);
  await page.locator('#ranges a[aria-current]').waitFor();
  expect(await page.locator('#ranges a[aria-current]').textContent()).toBe('5m');
  await page.goto(`${url}/?range=6h`);
  expect(await page.locator('#ranges a[aria-current]').textContent()).toBe('6h');
});

test('local time is an alternative to UTC, and is remembered', async () => {
  await using opened = await open(chrome, { timezoneId: 'Asia/Tokyo' });
  const { page } = opened;
  await page.goto(`${url}/dead-letters`);
  const failedAt = async (zone: string) => {
    await page.getByRole('columnheader', { name: `Failed at (${zone})` }).waitFor();
    const text = await page.locator('#dead-letters td:nth-child(7)').first().textContent();
    return Date.parse(`${text?.replace(' ', 'T')}Z`);
  };
  const utc = await failedAt('UTC');
  await page.getByRole('button', { name: 'Time: UTC' }).click();
  expect((await failedAt('local')) - utc).toBe(9 * 3_600_000);
  await page.goto(url);
  await page.getByText(/^Updated .* local, every/).waitFor();
});

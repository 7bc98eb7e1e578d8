import type { OutgoingRecord } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/invariants.ts';
import { createPipeline, type Pipeline } from './support/pipeline.ts';
import { runApp, startApp } from './support/programs.ts';
import { waitForLog, waitUntil } from './support/wait.ts';

const BARRED = 300;
const BROKEN = 700;

/** Good events that a constraint of the table refuses for now, and records that never were events. */
function createRecords(): readonly OutgoingRecord[] {
  const barred = Array.from({ length: BARRED }, () => jsonRecord({ ...createEvent(), user_id: 'barred' }));
  const broken = Array.from({ length: BROKEN }, (_, index) => ({
    key: Buffer.from(`key-${index}`),
    value: Buffer.from([0xff, 0x00, index % 256, index >> 8]),
    headers: { trace: Buffer.from([0xfe, index % 256]) },
  }));
  return [...barred, ...broken];
}

const environmentOf = (pipeline: Pipeline) => ({ ...pipeline.environment, DLQ_LIMIT_RATIO: '0' });

async function drain(pipeline: Pipeline): Promise<void> {
  expect(await runApp('consumer', ['--once'], environmentOf(pipeline))).toMatchObject({ code: 0 });
}

/** A pipeline with a thousand dead letters, of which three hundred are good by now. */
async function createLetters(pipeline: Pipeline): Promise<void> {
  const { database } = pipeline;
  await database.run((sql) => sql`alter table raw_events add constraint barred check (user_id <> 'barred')`);
  await pipeline.publish(createRecords());
  await drain(pipeline);
  await database.run((sql) => sql`alter table raw_events drop constraint barred`);
  expect(await sumLedgers(database)).toMatchObject({ stored: 0, dead: BARRED + BROKEN });
}

async function countBy(pipeline: Pipeline, column: 'status' | 'redrive_count'): Promise<object> {
  const rows = await pipeline.database.run(
    (sql) =>
      sql<
        { what: string; n: number }[]
      >`select ${sql(column)}::text as what, count(*)::int as n from dlq_events group by 1`,
  );
  return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
}

async function countActions(pipeline: Pipeline): Promise<number> {
  const [row] = await pipeline.database.run(
    (sql) => sql<{ n: number }[]>`select count(*)::int as n from dlq_actions where outcome = 'done'`,
  );
  return row?.n ?? 0;
}

const fast = ['--yes', '--rate', '1000000'];

test.concurrent('of a thousand redriven letters the good ones are stored once, the others are letters again, each with its history', async () => {
  await using pipeline = await createPipeline();
  await createLetters(pipeline);
  const redriven = await runApp('stats', ['dlq', 'redrive', '--all', ...fast], pipeline.environment);
  expect(redriven).toMatchObject({ code: 0 });
  expect(redriven.stdout.match(/\tredriven$/gm)).toHaveLength(BARRED + BROKEN);
  await drain(pipeline);

  expect(await sumLedgers(pipeline.database)).toMatchObject({ stored: BARRED, dead: BARRED + 2 * BROKEN });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await countBy(pipeline, 'status')).toEqual({ open: BROKEN, redriven: BARRED + BROKEN });
  expect(await countBy(pipeline, 'redrive_count')).toEqual({ 0: BARRED + BROKEN, 1: BROKEN });
  expect(await countActions(pipeline)).toBe(BARRED + BROKEN);
  const again = await pipeline.database.run(
    (sql) => sql<{ n: number }[]>`
      select count(*)::int as n from dlq_events as again
      join dlq_actions as action on action.new_partition = again.source_partition and action.new_offset = again.source_offset
      join dlq_events as first on first.dlq_id = action.dlq_id
      where again.redrive_count = 1 and again.value = first.value and again.key = first.key
        and again.headers - 'dlq.redrive_count' = first.headers`,
  );
  expect(again[0]?.n).toBe(BROKEN);

  const guarded = { ...pipeline.environment, DLQ_MAX_REDRIVES: '1' };
  const refused = await runApp('stats', ['dlq', 'redrive', '--all', ...fast], guarded);
  expect(refused.code).toBe(3);
  expect(refused.stdout.match(/\tredriven 1 times already$/gm)).toHaveLength(BROKEN);
});

test.concurrent('a redrive that is killed goes on where it was, and sends none twice but the letter under way', async () => {
  await using pipeline = await createPipeline();
  await createLetters(pipeline);
  await using killed = startApp(
    'stats',
    ['dlq', 'redrive', '--all', '--yes', '--rate', '400'],
    pipeline.environment,
  );
  await waitUntil(() => killed.printed().split('\n').length > 100);
  killed.process.kill('SIGKILL');
  await killed.ended;
  expect(await countActions(pipeline)).toBeLessThan(BARRED + BROKEN);
  expect(await runApp('stats', ['dlq', 'redrive', '--all', ...fast], pipeline.environment)).toMatchObject({
    code: 0,
  });
  expect(await countActions(pipeline)).toBe(BARRED + BROKEN);
  const sent = (await pipeline.readTopic(pipeline.topic)).length - BARRED - BROKEN;
  expect([BARRED + BROKEN, BARRED + BROKEN + 1]).toContain(sent);
});

test.concurrent('what is exported can be published; what is discarded is no longer open; nothing is done without a choice', async () => {
  await using pipeline = await createPipeline();
  const values = ['{"not":"an event"}', '=1+1'];
  await pipeline.publish(values.map((value) => ({ key: null, value: Buffer.from(value), partition: 0 })));
  await drain(pipeline);
  const run = (...args: readonly string[]) => runApp('stats', ['dlq', ...args], pipeline.environment);
  expect((await run('export')).stdout).toBe('{"not":"an event"}\n=1+1\n');
  expect(await run('redrive')).toMatchObject({ code: 2 });
  expect(await run('discard', '--all', '--because', 'a test')).toMatchObject({ code: 2 });
  expect(await run('discard', '1', '--because', 'a test', '--yes')).toMatchObject({ code: 0 });
  expect((await run('show', '1')).stdout).toMatch(
    /^dead letter 1, discarded, [\s\S]*discard done by .*: a test$/m,
  );
  expect((await run('ls', '--status', 'open', '--json')).stdout.trim().split('\n')).toHaveLength(1);
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
});

test.concurrent('the API lists, shows, redrives and discards, as the page asks it to', async () => {
  await using pipeline = await createPipeline();
  await pipeline.publish([{ key: null, value: Buffer.from('not json') }]);
  await drain(pipeline);
  await using server = startApp('stats', ['serve'], { ...pipeline.environment, LOG_FORMAT: 'json' });
  await waitForLog(server, /stats page http/);
  const address = /stats page (http:\/\/[^"\s]+)/.exec(server.said())?.[1];
  const ask = async (path: string, body?: object) => {
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await fetch(`${address}/api/dlq${path}`, body === undefined ? {} : post);
    return await response.json();
  };
  expect(await ask('?reason=not_json')).toMatchObject({
    matching: '1',
    letters: [{ id: '1', status: 'open' }],
  });
  const valueBase64 = Buffer.from('not json').toString('base64');
  expect(await ask('/1')).toMatchObject({ detail: 'is not JSON', valueBase64, valueBytes: 8 });
  expect(await ask('/redrive', { ids: ['1'] })).toEqual({
    results: [{ id: '1', outcome: 'redriven', detail: '' }],
  });
  await drain(pipeline);
  expect(await ask('?untyped=1')).toMatchObject({ matching: '2', isReadOnly: false });
  const download = async (format: string) =>
    await (await fetch(`${address}/api/dlq/export?status=open&format=${format}`)).text();
  expect(await download('ndjson')).toBe('not json\n');
  expect(await download('csv')).toMatch(/^id,.*\n2,.*,not_json,,open,.*,is not JSON\n$/);
  // Letter 2 has failed since somebody looked: it is not meant.
  expect(await ask('/redrive', { all: true, upTo: '1' })).toEqual({ results: [] });
  expect(await ask('/redrive', { all: true, after: '2' })).toEqual({ results: [] });
  expect(await ask('/discard', { all: true, because: 'a test' })).toEqual({ discarded: '1' });
  expect(await ask('/redrive', {})).toHaveProperty('error');
});

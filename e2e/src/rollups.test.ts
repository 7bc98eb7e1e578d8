import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { runApp, startApp } from './support/programs/programs.ts';
import { waitForLog } from './support/programs/wait.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const schema = {
  type: 'object',
  properties: { amount: { type: 'number' }, currency: { type: 'string' } },
  'x-rollups': {
    turnover: { sum: '/amount', by: ['/currency'], per: '1 day' },
    highest: { max: '/amount', per: '1 day' },
  },
};

const purchase = (amount: unknown, currency: string) =>
  jsonRecord(
    createEvent({
      event_type: 'purchase',
      event_time: '2026-11-24T09:30:12Z',
      payload: { amount, currency },
    }),
  );

async function withRollups(pipeline: Pipeline) {
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-rollups-'));
  await writeFile(join(folder, 'purchase.json'), JSON.stringify(schema));
  const environment = { ...pipeline.environment, EVENTS: folder };
  return { environment, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

test('roll-ups of a folder are filled by migrate and shown by stats and its API', async () => {
  await using pipeline = await createPipeline();
  await using defined = await withRollups(pipeline);
  const { environment } = defined;
  await pipeline.publish([purchase(1.1, 'EUR'), purchase(2.2, 'EUR')]);
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  expect(await runApp('consumer', ['migrate'], environment)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('filled roll-ups: 2'),
  });
  await pipeline.publish([purchase(0.3, 'EUR'), purchase(7, 'USD')]);
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });

  const { stdout } = await runApp('stats', [], environment);
  expect(stdout).toMatch(/purchase turnover +2026-11-24 00:00 +EUR +3\.6 +3 +0\n/);
  await using stats = startApp('stats', ['serve'], environment);
  await waitForLog(stats, /stats page http/);
  const [url] = /http:\/\/[^/\s"]+/.exec(stats.stderr()) ?? [];
  const answer = await (await fetch(`${url}/api/rollups`)).json();
  expect(answer).toMatchObject({
    rollups: [
      { name: 'highest', aggregate: 'max', values: [{ key: [], value: '7', events: '4' }] },
      {
        name: 'turnover',
        by: ['currency'],
        values: [
          { bucket: '2026-11-24T00:00:00Z', key: ['EUR'], value: '3.6' },
          { key: ['USD'], value: '7' },
        ],
      },
    ],
  });
  expect(await runApp('stats', ['verify'], environment)).toMatchObject({ code: 0 });
});

test('a wrong roll-up ends every program with one line that names it', async () => {
  await using pipeline = await createPipeline();
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-rollups-'));
  const wrong = {
    ...schema,
    'x-rollups': { turnover: { sum: '/currency' }, users: { countDistinct: '/amount' } },
  };
  await writeFile(join(folder, 'purchase.json'), JSON.stringify(wrong));
  const { code, stderr } = await runApp('consumer', ['migrate'], { ...pipeline.environment, EVENTS: folder });
  await rm(folder, { recursive: true });
  expect(code).toBe(2);
  expect(stderr).toContain('type purchase: roll-up "turnover": "/currency" is text, and not a number');
  expect(stderr).toContain('type purchase: roll-up "users": distinct counts are not supported');
});

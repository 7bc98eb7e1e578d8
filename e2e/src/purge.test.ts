import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFilledPipeline } from './support/data/filled.ts';
import { runApp } from './support/programs/programs.ts';
import { findUnproven, prove } from './support/programs/prove.ts';
import type { Pipeline } from './support/servers/pipeline.ts';

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await createFilledPipeline();
});
afterAll(() => pipeline[Symbol.asyncDispose]());

const runStats = (...args: readonly string[]) => runApp('stats', args, pipeline.environment);

test('purge previews, confirms, records the user and keeps verify consistent', async () => {
  const tried = await runStats('purge', '--before', '2100-01-01', '--dry-run');
  expect(tried.stderr).toMatch(/^stats: would purge 4 events and 0 resolved dead letters from before 2100-/);
  expect(await runStats('purge', '--before', '2100-01-01')).toMatchObject({ code: 2 });
  const counts = { schemaVersion: 1, before: '2100-01-01T00:00:00.000Z', events: '4', deadLetters: '0' };
  const preview = await runStats('purge', '--before', '2100-01-01', '--dry-run', '--json');
  expect(JSON.parse(preview.stdout)).toEqual({ ...counts, dryRun: true });
  const purged = await runStats('purge', '--before', '2100-01-01', '--yes', '--by', 'someone', '--json');
  expect(purged).toMatchObject({ code: 0, stderr: expect.stringContaining('purged 4 events') });
  expect(JSON.parse(purged.stdout)).toEqual({ ...counts, dryRun: false });
  expect(await runStats('verify')).toMatchObject({ code: 0, stdout: 'everything adds up, with 4 events\n' });
  expect((await prove(pipeline)).receipt).toMatchObject({ isClean: true, purged: '4', deadLetters: '2' });
  const found = await pipeline.database.run((sql) => sql`select purged_by from purges`);
  expect(found).toEqual([{ purged_by: 'someone' }]);
});

test('an invalid time is rejected with an example', async () => {
  const refused = await runStats('purge', '--before', 'yesterday');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('2026-11-24T09:30:00Z') });
});

test('partitions are created in advance and used by the consumer', async () => {
  const made = await runStats('partition', '--ahead', '2');
  expect(made.stderr).toMatch(/is partitioned now.*\n.*created raw_events_\d{8}, raw_events_\d{8}\n/s);
  expect((await runStats('partition', '--ahead', '2')).stderr).toBe('stats: all partitions exist\n');
  const event = {
    event_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b99',
    event_type: 'search',
    event_time: '2026-11-24T09:30:12Z',
  };
  const value = Buffer.from(JSON.stringify({ ...event, user_id: 'u', payload: { query: 'q' } }));
  await pipeline.publish([
    { key: null, value },
    { key: null, value },
  ]);
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await runStats('verify')).toMatchObject({ code: 0, stdout: 'everything adds up, with 5 events\n' });
  expect(await findUnproven(pipeline)).toEqual([]);
});

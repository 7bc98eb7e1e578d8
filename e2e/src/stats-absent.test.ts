import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { runApp, startApp } from './support/programs/programs.ts';
import { waitForLog } from './support/programs/wait.ts';
import { absentPostgres } from './support/servers/absent.ts';
import { createPipeline } from './support/servers/pipeline.ts';

test.concurrent.each([
  [1, []],
  [1, ['--json']],
  [1, ['verify']],
  [1, ['purge', '--before', '2026-01-01']],
  [1, ['partition']],
  [1, ['dlq', 'ls']],
  [1, ['dlq', 'show', '1']],
  [1, ['dlq', 'export']],
  [1, ['dlq', 'redrive', '--all']],
  [1, ['dlq', 'discard', '--all', '--because', 'a test']],
  [3, ['check', '--max-lag', '1']],
])('without Postgres: exit code %i, the address and the remedy from "stats %s"', async (code, args) => {
  expect(await runApp('stats', args, await absentPostgres())).toEqual({
    code,
    stdout: '',
    stderr: expect.stringMatching(
      /^stats: Postgres at 127\.0\.0\.1:\d+\/app does not respond: .*; start it, check DATABASE_URL, or add --wait\n$/,
    ),
  });
});

test.concurrent('with LOG_FORMAT=json every diagnostic is a log line', async () => {
  const { stderr } = await runApp('stats', ['dlq', 'ls'], {
    ...(await absentPostgres()),
    LOG_FORMAT: 'json',
  });
  expect(JSON.parse(stderr)).toMatchObject({ level: 'fatal', name: 'stats' });
});

test.concurrent.each([
  [['--wait']],
  [['--watch']],
  [['--json', '--wait']],
  [['verify', '--wait']],
  [['dlq', 'ls', '--wait']],
])('without Postgres "stats %s" waits, logs why, and exits with 0 on SIGTERM', async (args) => {
  await using program = startApp('stats', args, await absentPostgres());
  await waitForLog(program, /^stats: waiting for Postgres at 127\.0\.0\.1:\d+\/app: .+\n/);
  program.process.kill('SIGTERM');
  const { code, stdout, stderr } = await program.ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).not.toContain('hunter2');
});

test.concurrent('missing tables end every command in one line with a remedy', async () => {
  await using empty = await createPipeline();
  await empty.database.run(
    (sql) => sql`drop table raw_events, agg_events_minute, dlq_events, ingest_progress`,
  );
  for (const args of [[], ['verify'], ['verify', '--repair'], ['check', '--max-lag', '1'], ['dlq', 'ls']]) {
    const ended = await runApp('stats', args, empty.environment);
    expect({ args, ...ended }).toEqual({
      args,
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^stats: Postgres: .*does not exist.*\(run "pnpm --filter consumer start migrate"\)\n$/,
      ),
    });
  }
});

test.concurrent('an empty pipeline suggests the producer, then the consumer', async () => {
  await using empty = await createPipeline();
  const runStats = () => runApp('stats', ['--json'], empty.environment);
  expect(await runStats()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"freshnessSeconds":null'),
    stderr: 'stats: nothing is stored yet: pnpm --filter producer start\n',
  });
  await empty.publish([jsonRecord(createEvent())]);
  expect((await runStats()).stderr).toBe(
    'stats: nothing is stored yet, 1 records to read: pnpm --filter consumer start\n',
  );
});

test.concurrent.each([
  [['--nonsense']],
  [['nonsense']],
  [['verify', '--nonsense']],
  [['--watch', '0']],
  [['check', '--max-lag', 'x']],
  [['check']],
])('invalid arguments "%s" exit with 2', async (args) => {
  const ended = await runApp('stats', args, {});
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^(error|stats): .+\n/) });
});

import { expect, test } from 'vitest';
import { absentPostgres } from './support/absent.ts';
import { createEvent, jsonRecord } from './support/events.ts';
import { createPipeline } from './support/pipeline.ts';
import { runApp, startApp } from './support/programs.ts';
import { waitForLog } from './support/wait.ts';

test.each([[[]], [['--json']], [['verify']]])(
  'without Postgres "stats %s" waits, says for what, and ends with 0 when it is told to',
  async (args) => {
    await using program = startApp('stats', args, await absentPostgres());
    await waitForLog(program, /^stats: waiting for Postgres at 127\.0\.0\.1:\d+\/app: .+\n/);
    program.process.kill('SIGTERM');
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).not.toContain('hunter2');
  },
);

test('missing tables end every command in one line with a remedy', async () => {
  await using empty = await createPipeline();
  await empty.database.run(
    (sql) => sql`drop table raw_events, agg_events_minute, dlq_events, ingest_progress`,
  );
  for (const args of [[], ['verify'], ['verify', '--repair'], ['check', '--max-lag', '1']]) {
    const ended = await runApp('stats', args, empty.environment);
    expect({ args, ...ended }).toEqual({
      args,
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^stats: Postgres: .*does not exist.*"pnpm --filter infra provision"\n$/),
    });
  }
});

test('an empty pipeline suggests the producer, then the consumer', async () => {
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

test.each([
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

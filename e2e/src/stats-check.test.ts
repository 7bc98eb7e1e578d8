import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFilledPipeline, publishThreeMore } from './support/data/filled.ts';
import { linesOf } from './support/programs/lines.ts';
import { runApp } from './support/programs/programs.ts';
import { absentKafka, absentPostgres } from './support/servers/absent.ts';
import type { Pipeline } from './support/servers/pipeline.ts';

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await createFilledPipeline();
  await publishThreeMore(pipeline);
});
afterAll(() => pipeline[Symbol.asyncDispose]());

const runStats = (args: readonly string[], change = {}) =>
  runApp('stats', args, { ...pipeline.environment, ...change });

test.each([
  ['--max-lag', '3', '2', 'lag, in records 3'],
  ['--max-dlq', '2', '1', 'open dead letters 2'],
  ['--max-age', '86400', '0', 'age of the last write, in seconds'],
])('check %s exits with 0 up to the threshold and 3 above it', async (flag, enough, tooLittle, figure) => {
  const [good, bad] = await Promise.all([
    runStats(['check', flag, enough]),
    runStats(['check', flag, tooLittle]),
  ]);
  expect(good).toMatchObject({ code: 0, stderr: '' });
  expect(linesOf(good.stdout)[1]).toMatch(new RegExp(`^${figure}.* ${enough} ok$`));
  expect(bad).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /^stats: a threshold is exceeded; run "pnpm --filter stats start" for details\n$/,
    ),
  });
  expect(linesOf(bad.stdout)[1]).toMatch(new RegExp(`^${figure}.* ${tooLittle} over$`));
});

test('check fails on unknown values without waiting for them', async () => {
  const [lag, deadLetters, all] = await Promise.all([
    runStats(['check', '--max-lag', '1000'], await absentKafka()),
    runStats(['check', '--max-dlq', '1000'], await absentKafka()),
    runStats(['check', '--max-dlq', '1000'], await absentPostgres()),
  ]);
  expect(lag.code).toBe(3);
  expect(linesOf(lag.stdout)[1]).toBe('lag, in records n/a 1000 unknown');
  expect(deadLetters).toMatchObject({ code: 0, stderr: '' });
  expect(all).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(/^stats: Postgres at .*\n$/),
  });
});

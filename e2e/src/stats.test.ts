import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFilledPipeline, publishThreeMore } from './support/data/filled.ts';
import { linesOf } from './support/programs/lines.ts';
import { bundleOf, runApp, startApp } from './support/programs/programs.ts';
import { waitUntil } from './support/programs/wait.ts';
import { absentKafka } from './support/servers/absent.ts';
import type { Pipeline } from './support/servers/pipeline.ts';

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await createFilledPipeline();
  await publishThreeMore(pipeline);
});
afterAll(() => pipeline[Symbol.asyncDispose]());

const runStats = (args: readonly string[], change = {}) =>
  runApp('stats', args, { ...pipeline.environment, ...change });

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const seconds = expect.any(Number);

/** The complete documented JSON, for the pipeline of this file. */
const wholeJson = () => ({
  schemaVersion: 1,
  generatedAt: time,
  events: { stored: '4', duplicates: '1', deadLettered: '2', skipped: '0' },
  minutes: [
    { minute: '2026-11-24T09:30:00Z', eventType: 'page_view', count: '2' },
    { minute: '2026-11-24T09:31:00Z', eventType: 'page_view', count: '1' },
    { minute: '2026-11-24T09:31:00Z', eventType: 'signup', count: '1' },
  ],
  deadLetters: {
    open: '2',
    groups: [
      { reason: 'not_an_event', eventType: null, count: '1', firstSeen: time, lastSeen: time },
      { reason: 'unknown_event_type', eventType: 'teleport', count: '1', firstSeen: time, lastSeen: time },
    ],
  },
  partitions: [
    partition(0, { currentOffset: '3', endOffset: '3', lag: '0', secondsBehind: 0 }),
    partition(1, { currentOffset: '2', endOffset: '5', lag: '3', secondsBehind: seconds }),
    partition(2, { currentOffset: '2', endOffset: '2', lag: '0', secondsBehind: 0 }),
  ],
  lag: '3',
  freshnessSeconds: seconds,
});
const partition = (number: number, rest: object) => ({ topic: pipeline.topic, partition: number, ...rest });
const unknown = { currentOffset: null, endOffset: null, lag: null, secondsBehind: null };

test('the tables are printed to stdout, and stderr is empty', async () => {
  const { code, stdout, stderr } = await runStats([]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(linesOf(stdout)).toEqual([
    'STORED DUPLICATES DEAD-LETTERED SKIPPED LAG LAST WRITE',
    expect.stringMatching(/^4 1 2 0 3 \S+ \S+ ago$/),
    '',
    'Last verify: never',
    '',
    'TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG SECONDS-BEHIND',
    `${pipeline.topic} 0 3 3 0 0.0`,
    expect.stringMatching(new RegExp(`^${pipeline.topic} 1 2 5 3 [\\d.]+$`)),
    `${pipeline.topic} 2 2 2 0 0.0`,
    '',
    'Events per minute',
    'MINUTE (UTC) ALL page_view signup',
    '2026-11-24 09:31 2 1 1',
    '2026-11-24 09:30 2 2 0',
    '',
    'Open dead letters: 2',
    'REASON EVENT TYPE COUNT FIRST SEEN LAST SEEN',
    expect.stringMatching(/^not_an_event - 1 .+ ago .+ ago$/),
    expect.stringMatching(/^unknown_event_type teleport 1 .+ ago .+ ago$/),
    '',
  ]);
});

test('--json prints one line of exactly the documented shape', async () => {
  const { code, stdout, stderr } = await runStats(['--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(stdout)).toStrictEqual(wholeJson());
});

/** Runs `stats --watch` until it has printed a text a number of times, then sends SIGTERM. */
async function watchUntil(text: string, times: number, args: readonly string[]) {
  await using program = startApp('stats', args, pipeline.environment);
  await waitUntil(() => program.stdout().split(text).length > times || program.process.exitCode !== null);
  program.process.kill('SIGTERM');
  return await program.ended;
}

test('--watch into a pipe prints complete blocks until SIGTERM', async () => {
  const { code, stdout, stderr } = await watchUntil('STORED', 3, ['--watch', '0.1']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const blocks = stdout.split(/\n\n(?=STORED)/);
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  const headings = blocks.map((block) => linesOf(block).filter((line) => /^[A-Z-]{3,} /.test(line)));
  expect(new Set(headings.map(String)).size).toBe(1);
  expect(headings[0]).toHaveLength(4);
  expect(stdout).not.toContain('\x1b');
});

test('--json --watch prints one document per line until SIGTERM', async () => {
  const { code, stdout, stderr } = await watchUntil('\n', 3, ['--json', '--watch', '0.1']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const documents = stdout.trimEnd().split('\n');
  expect(documents.length).toBeGreaterThanOrEqual(3);
  for (const document of documents) expect(JSON.parse(document)).toStrictEqual(wholeJson());
});

test('without Kafka, the lag is reported as unknown; the rest is printed', async () => {
  const change = await absentKafka();
  const [table, json] = await Promise.all([runStats([], change), runStats(['--json'], change)]);
  for (const { code, stderr } of [table, json]) {
    expect(code).toBe(0);
    expect(stderr).toMatch(/^stats: lag is unknown: Kafka at 127\.0\.0\.1:\d+ .*KAFKA_BROKERS\n$/);
  }
  expect(linesOf(table.stdout)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^4 1 2 0 n\/a .* ago$/),
      `${pipeline.topic} 1 n/a n/a n/a n/a`,
      '2026-11-24 09:31 2 1 1',
      'Open dead letters: 2',
    ]),
  );
  expect(JSON.parse(json.stdout)).toStrictEqual({
    ...wholeJson(),
    partitions: [0, 1, 2].map((number) => partition(number, unknown)),
    lag: null,
  });
});

test('a partially known lag is printed as a minimum, and null in JSON', async () => {
  const topic = pipeline.topic;
  await pipeline.database.run(
    (sql) => sql`
      insert into ingest_progress (topic, partition, start_offset, next_offset) values (${topic}, 7, 0, 0)`,
  );
  const [table, json] = await Promise.all([runStats([]), runStats(['--json'])]);
  await pipeline.database.run((sql) => sql`delete from ingest_progress where partition = 7`);
  expect(linesOf(table.stdout)).toContainEqual(expect.stringMatching(/^4 1 2 0 ≥3 .* ago$/));
  expect(linesOf(table.stdout)).toContain(`${topic} 7 n/a n/a n/a n/a`);
  expect(JSON.parse(json.stdout)).toStrictEqual({
    ...wholeJson(),
    partitions: [...wholeJson().partitions, partition(7, unknown)],
    lag: null,
  });
});

test('a closed stdout ends --watch without an error', async () => {
  const script = '{ "$@"; echo "exit code $?" >&2; } | head -1';
  const command = [process.execPath, bundleOf('stats'), '--json', '--watch', '0.1'];
  const env = { ...process.env, ...pipeline.environment };
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', script, 'sh', ...command], { env });
  expect(JSON.parse(stdout)).toStrictEqual(wholeJson());
  expect(stderr).toBe('exit code 0\n');
});

import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { sumLedgers } from './support/data/invariants.ts';
import { runApp } from './support/programs/programs.ts';
import { createPipeline } from './support/servers/pipeline.ts';

test('a check predicts what the consumer stores and rejects, and changes nothing', async () => {
  await using pipeline = await createPipeline();
  const event = createEvent();
  const values = [event, createEvent(), event, createEvent({ payload: {} }), { secret: 'secret-value' }];
  await pipeline.publish(values.map((value) => jsonRecord(value, { partition: 1 })));
  const checked = await runApp('consumer', ['check', '--from-topic', '100', '--json'], pipeline.environment);
  expect(checked).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/2 of 5 records would become dead/),
  });
  expect(JSON.parse(checked.stdout)).toMatchObject({
    records: 5,
    stored: [{ eventType: 'page_view', count: 2 }],
    duplicates: 1,
    rejected: [
      { reason: 'invalid_payload', path: '/payload', count: 1, example: `${pipeline.topic}:1:3` },
      { reason: 'not_an_event', path: '', count: 1, example: `${pipeline.topic}:1:4` },
    ],
  });
  expect(checked.stdout + checked.stderr).not.toContain('secret');
  expect(await pipeline.describeGroup()).toEqual({ state: 'Dead', members: [] });
  expect((await pipeline.offsets()).map(({ committed }) => committed)).toEqual(Array(3).fill(undefined));
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await sumLedgers(pipeline.database)).toEqual({ stored: 2, duplicates: 1, dead: 2, skipped: 0 });
});

test('a check of valid records reads the given number, and ends with exit code 0', async () => {
  await using pipeline = await createPipeline();
  const records = Array.from({ length: 9 }, (_, index) =>
    jsonRecord(createEvent(), { partition: index % 3 }),
  );
  await pipeline.publish(records);
  const checked = await runApp('consumer', ['check', '--from-topic', '4'], pipeline.environment);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  const [headings, sums] = checked.stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(headings).toEqual(['RECORDS', 'STORED', 'DUPLICATES', 'REJECTED', 'SKIPPED']);
  expect(sums).toEqual(['4', '4', '0', '0', '0']);
});

test('a check with a wrong definition is a usage error before it connects', async () => {
  const environment = { KAFKA_BROKERS: '127.0.0.1:1', EVENTS: '/nonexistent' };
  const checked = await runApp('consumer', ['check', '--from-topic', '4'], environment);
  expect(checked).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('/nonexistent') });
});

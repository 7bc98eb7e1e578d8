import { fromDeadLetterRecord, type KafkaRecord, type OutgoingRecord } from '@pipeline/kafka';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, fingerprint, noViolations, sumLedgers } from './support/data/invariants.ts';
import { runApp } from './support/programs/programs.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const key = Buffer.from([0, 255, 7]);
const headers = {
  trace: Buffer.from('abc'),
  bytes: Buffer.from([0, 255]),
  none: null,
  constructor: Buffer.from('x'),
};

/** Invalid records for every reason, with the expected reason. */
const bad: readonly (readonly [string, OutgoingRecord])[] = [
  ['empty', { key, value: null, headers }],
  ['empty', { key: null, value: Buffer.alloc(0) }],
  ['too_large', { key, value: Buffer.alloc(1_000_001, 'x'), headers }],
  ['not_utf8', { key, value: Buffer.from([0x7b, 0xff, 0x7d]), headers }],
  ['not_json', { key, value: Buffer.from('{"event_id":'), headers }],
  ['not_an_event', jsonRecord({ hello: 'world' }, { key, headers })],
  ['unknown_event_type', jsonRecord(createEvent({ event_type: 'teleport' }), { key, headers })],
  ['invalid_payload', jsonRecord(createEvent({ payload: { path: 7 } }), { key, headers })],
  ['refused_by_database', jsonRecord(createEvent({ payload: { path: 'a\0b' } }), { key, headers })],
];

async function fill(pipeline: Pipeline, good: number) {
  const events = Array.from({ length: good }, () => jsonRecord(createEvent()));
  const [first] = events;
  if (first === undefined) throw new Error('at least one valid event is needed');
  await pipeline.publish([...events, ...bad.map(([, record]) => record), first]);
}

const bytes = (value: Buffer | null) => value?.toString('base64') ?? null;
const contentOf = ({ key: k, value }: { readonly key: Buffer | null; readonly value: Buffer | null }) =>
  `${bytes(k)} ${bytes(value)}`;

test('valid events are stored once, and every offset is accounted for', async () => {
  await using pipeline = await createPipeline();
  await fill(pipeline, 1_000);
  const ended = await runApp('consumer', ['--once'], pipeline.environment);
  expect(ended).toMatchObject({ code: 0, stdout: '' });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  const sums = { stored: 1_000, duplicates: 1, dead: bad.length, skipped: 0 };
  expect(await sumLedgers(pipeline.database)).toEqual(sums);
  for (const { committed, logEnd } of await pipeline.offsets()) expect(committed ?? 0n).toBe(logEnd);
});

test('dead letters are in the table and the topic with bytes, headers and reason', async () => {
  await using pipeline = await createPipeline();
  await fill(pipeline, 10);
  await runApp('consumer', ['--once'], pipeline.environment);
  const rows = await pipeline.database.run(
    (sql) =>
      sql<
        { key: Buffer | null; value: Buffer | null; reason: string }[]
      >`select key, value, reason from dlq_events`,
  );
  const expected = bad.map(([reason, record]) => `${reason} ${contentOf(record)}`).sort();
  expect(rows.map((row) => `${row.reason} ${contentOf(row)}`).sort()).toEqual(expected);

  const records = await pipeline.readTopic(pipeline.dlqTopic);
  expect(records.map(reasonAndStart).sort()).toEqual(
    bad.map(([reason, record]) => reasonAndBytes(reason, record)).sort(),
  );
  for (const record of records) expectContractHeaders(pipeline, record);
});

/** The copy in the topic is truncated if the record is too large. */
function reasonAndBytes(reason: string, { key: k, value }: OutgoingRecord): string {
  return `${reason} ${bytes(k)} ${reason === 'too_large' ? 'truncated' : bytes(value)}`;
}

function reasonAndStart(record: KafkaRecord): string {
  const deadLetter = fromDeadLetterRecord(record);
  expect(deadLetter?.truncated).toBe(deadLetter?.origin.reason === 'too_large');
  return reasonAndBytes(deadLetter?.origin.reason ?? 'none', record);
}

function expectContractHeaders(pipeline: Pipeline, record: KafkaRecord) {
  const { origin, headers: original = [] } = fromDeadLetterRecord(record) ?? {};
  expect(origin).toMatchObject({ topic: pipeline.topic, groupId: pipeline.groupId, redriveCount: 0 });
  expect(origin?.sqlstate).toBe(origin?.reason === 'refused_by_database' ? '22P05' : null);
  expect(Date.parse(origin?.failedAt ?? '')).not.toBeNaN();
  expect(origin?.message).not.toMatch(/\n|hello|world|teleport/);
  if (record.key !== null) expect(original).toEqual(Object.entries(headers));
}

test('a full replay changes nothing', async () => {
  await using pipeline = await createPipeline();
  await fill(pipeline, 500);
  await runApp('consumer', ['--once'], pipeline.environment);
  const before = await fingerprint(pipeline.database);
  const otherGroup = { ...pipeline.environment, KAFKA_GROUP_ID: `${pipeline.groupId}-again` };
  expect(await runApp('consumer', ['--once'], otherGroup)).toMatchObject({ code: 0 });
  expect(await fingerprint(pipeline.database)).toEqual(before);
});

test('--once on a drained topic changes nothing and exits', async () => {
  await using pipeline = await createPipeline();
  await fill(pipeline, 10);
  await runApp('consumer', ['--once'], pipeline.environment);
  const before = await fingerprint(pipeline.database);
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await fingerprint(pipeline.database)).toEqual(before);
});

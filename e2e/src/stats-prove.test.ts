import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEvent } from './support/data/events.ts';
import { runApp, startApp } from './support/programs/programs.ts';
import { prove, type Receipt } from './support/programs/prove.ts';
import { waitForLog } from './support/programs/wait.ts';
import { operate } from './support/servers/kafka-client.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const tables = ['raw_events', 'dlq_events', 'ingest_progress'] as const;

let pipeline: Pipeline;

/** Events whose ids end with a digit, the offsets of which are 0 to 3 in partition 0. */
const eventId = (digit: number) => `019ab3c1-0000-4000-8000-00000000000${digit}`;
const purchase = (digit: number, amount: number) =>
  createEvent({
    event_id: eventId(digit),
    event_time: '2026-11-24T09:30:12.345678Z',
    event_type: 'purchase',
    payload: { order_id: `order-${digit}`, amount, currency: 'EUR' },
  });

/** Keeps a copy of the tables, which a test changes. */
beforeAll(async () => {
  pipeline = await createPipeline();
  const values = [
    [purchase(0, 99.5), purchase(1, 7), purchase(0, 99.5), purchase(1, 8)],
    [purchase(2, 1e-7), { hello: 'world' }],
    [purchase(3, 12345678901234567890n as unknown as number)],
  ];
  const toText = (value: object) =>
    JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? Number(member) : member));
  await pipeline.publish(
    values.flatMap((records, partition) =>
      records.map((value) => ({ key: Buffer.from('user-1'), value: Buffer.from(toText(value)), partition })),
    ),
  );
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  await run('create schema kept');
  for (const table of tables) await run(`create table kept.${table} as table ${table}`);
});
beforeEach(async () => {
  await run(`truncate ${tables.join()}, proofs`);
  for (const table of tables) await run(`insert into ${table} overriding system value table kept.${table}`);
});
afterAll(() => pipeline[Symbol.asyncDispose]());

const run = (text: string) => pipeline.database.run((sql) => sql.unsafe(text).simple());
const at = (partition: number, offset: number) => `${pipeline.topic}:${partition}:${offset}`;

test('a clean range is proven, with a duplicate, a conflict and a dead letter', async () => {
  const { code, stderr, receipt } = await prove(pipeline);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('proving: 100 %') });
  expect(receipt).toMatchObject({
    isClean: true,
    records: '7',
    stored: '4',
    duplicates: '2',
    conflicting: '1',
    deadLetters: '1',
    rowsNotChecked: null,
    findings: [],
    duplicateRecords: [
      { record: at(0, 2), of: at(0, 0) },
      { record: at(0, 3), of: at(0, 1) },
    ],
    versions: {
      node: process.versions.node,
      postgres: expect.stringMatching(/^\d/),
      migration: expect.stringMatching(/\.sql$/),
    },
    clusterId: expect.any(String),
    topics: [{ topic: pipeline.topic, topicId: expect.any(String), idRule: expect.stringMatching(/^\[/) }],
  } satisfies Partial<Receipt>);
});

/** A manual change of the tables. */
interface Tampering {
  readonly name: string;
  readonly sql: string;
  /** What is found: the kind, the record, the event id, and what is wrong. */
  readonly found: readonly [
    kind: string,
    record: readonly [number, number] | null,
    eventId: string | null,
    detail: RegExp,
  ];
}

const tamperings: readonly Tampering[] = [
  {
    name: 'a deleted row',
    sql: `delete from raw_events where event_id = '${eventId(2)}'`,
    found: ['missing', [1, 0], eventId(2), /^event$/],
  },
  {
    name: 'a payload that is changed by one digit',
    sql: `update raw_events set payload = jsonb_set(payload, '{amount}', '99.6') where event_id = '${eventId(0)}'`,
    found: ['different', [0, 0], eventId(0), /^event: payload$/],
  },
  {
    name: 'a digit that does not change the value',
    sql: `update raw_events set payload = jsonb_set(payload, '{amount}', '99.50') where event_id = '${eventId(0)}'`,
    found: ['different', [0, 0], eventId(0), /^event: payload$/],
  },
  {
    name: 'another time, by a microsecond',
    sql: `update raw_events set event_time = event_time + interval '1 us' where event_id = '${eventId(3)}'`,
    found: ['different', [2, 0], eventId(3), /^event: event_time$/],
  },
  {
    name: 'another user and type',
    sql: `update raw_events set user_id = 'user-2', event_type = 'signup' where event_id = '${eventId(3)}'`,
    found: ['different', [2, 0], eventId(3), /^event: event_type, user_id$/],
  },
  {
    name: 'a byte of a dead letter',
    sql: `update dlq_events set value = set_byte(value, 3, 33)`,
    found: ['different', [1, 1], null, /^dead letter \d+: value$/],
  },
  {
    name: 'the key of a dead letter',
    sql: `update dlq_events set key = null`,
    found: ['different', [1, 1], null, /^dead letter \d+: key$/],
  },
  {
    name: 'a deleted dead letter',
    sql: 'delete from dlq_events',
    found: ['missing', [1, 1], null, /^dead letter$/],
  },
  {
    name: 'a row that no record accounts for',
    sql: `insert into raw_events select '${eventId(9)}', event_type, event_time, user_id, payload from raw_events limit 1`,
    found: ['unaccounted', null, eventId(9), /^event$/],
  },
  {
    name: 'a dead letter that no record accounts for',
    sql: `insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, reason, detail)
          select source_topic, source_partition, 0, source_timestamp + interval '1 s', reason, detail from dlq_events`,
    found: ['unaccounted', [1, 0], null, /^dead letter \d+$/],
  },
  {
    name: 'a dead letter beyond the ledger',
    sql: `insert into dlq_events (source_topic, source_partition, source_offset, source_timestamp, reason, detail)
          select source_topic, source_partition, 70, source_timestamp, reason, detail from dlq_events`,
    found: ['unaccounted', [1, 70], null, /^dead letter \d+$/],
  },
];

test.each(tamperings)('$name is found', async ({ sql, found: [kind, place, id, detail] }) => {
  await run(sql);
  const { code, stderr, receipt } = await prove(pipeline);
  expect([code, stderr]).toEqual([3, expect.stringMatching(/stats: differences found: 1; see /)]);
  const record = place === null ? null : at(...place);
  const finding = { kind, record, eventId: id, detail: expect.stringMatching(detail) };
  expect(receipt).toMatchObject({
    isClean: false,
    differences: '1',
    findings: [finding],
    rowsNotChecked: null,
  });
});

test('a record that was never stored is found, wherever the ledger was moved to', async () => {
  await pipeline.publish([{ key: null, value: Buffer.from(JSON.stringify(purchase(4, 4))), partition: 2 }]);
  for (const moved of ['skipped = skipped + 1', 'start_offset = start_offset + 1']) {
    await run(`truncate ingest_progress; insert into ingest_progress table kept.ingest_progress;
               update ingest_progress set next_offset = next_offset + 1, ${moved} where partition = 2`);
    const { code, receipt } = await prove(pipeline);
    const finding = { kind: 'missing', record: at(2, 1), eventId: eventId(4) };
    expect([code, receipt.findings]).toEqual([3, [expect.objectContaining(finding)]]);
  }
});

test('a range and a sample are proven alone, with what was not checked', async () => {
  await run(`delete from raw_events where event_id = '${eventId(2)}'`);
  const some = await prove(pipeline, ['--partition', '0', '--from', '1', '--to', '3']);
  expect(some).toMatchObject({ code: 0, receipt: { records: '2', stored: '2', duplicates: '0' } });
  expect(some.receipt.rowsNotChecked).toBe('only some of the partitions were read');
  const later = await prove(pipeline, ['--from', '2100-01-01']);
  expect(later).toMatchObject({ code: 0, receipt: { records: '0' } });
  expect(later.receipt.rowsNotChecked).toBe('only a part of the ledger was read');
  const sample = await prove(pipeline, ['--sample', '0.000001']);
  expect(sample).toMatchObject({ code: 0, receipt: { records: '7', stored: '0', unsampled: '7' } });
});

test('a conflict with a record before the range is listed, and no difference', async () => {
  const { code, receipt } = await prove(pipeline, ['--from', '2']);
  expect([code, receipt.stored, receipt.conflicting, receipt.possibleConflicts]).toEqual([0, '1', '1', '1']);
  const possible = { record: at(0, 3), eventId: eventId(1), detail: 'event: payload' };
  expect(receipt.possibleConflictRecords).toEqual([possible]);
});

test('a conflict that one partition has counted does not hide a change in another', async () => {
  await using aged = await createPipeline();
  const records = [purchase(1, 7), purchase(1, 8), purchase(2, 9)].map((value) => JSON.stringify(value));
  await aged.publish(
    records.map((value, index) => ({ key: null, value: Buffer.from(value), partition: index < 2 ? 0 : 1 })),
  );
  expect(await runApp('consumer', ['--once'], aged.environment)).toMatchObject({ code: 0 });
  const partitions = [{ partition: 0, offset: '1' }];
  await operate(aged, async (operator) => {
    // Loads the metadata, without which kafkajs rejects the topic as unknown.
    await operator.fetchTopicOffsets(aged.topic);
    await operator.deleteTopicRecords({ topic: aged.topic, partitions });
  });
  await aged.database.run(
    (sql) => sql`
      update raw_events set payload = jsonb_set(payload, '{amount}', '9.0') where event_id = ${eventId(2)}`,
  );
  const { code, receipt } = await prove(aged);
  expect([code, receipt.differences]).toEqual([3, '1']);
  expect(receipt.findings).toMatchObject([{ kind: 'different', record: `${aged.topic}:1:0` }]);
  expect(receipt.possibleConflictRecords).toMatchObject([{ record: `${aged.topic}:0:1` }]);
});

test('a receipt is stored and shown, with the same digests each time', async () => {
  const [first, second] = [await prove(pipeline), await prove(pipeline)];
  const digests = ({ partitions }: Receipt) => partitions.map(({ digest }) => digest);
  expect(digests(second.receipt)).toEqual(digests(first.receipt));
  expect(new Set(digests(first.receipt)).size).toBe(3);
  const rows = await pipeline.database.run(
    (sql) => sql`select records::int, differences::int, receipt from proofs order by proof_id`,
  );
  expect(rows).toMatchObject([
    { records: 7, differences: 0, receipt: first.receipt },
    { records: 7, differences: 0, receipt: second.receipt },
  ]);
  const { stdout } = await runApp('stats', [], pipeline.environment);
  expect(stdout).toMatch(/^Proven [\d.]+ s ago: 7 records, no differences$/m);
  await prove(pipeline, ['--sample', '0.000001', '--partition', '0']);
  const sample = await runApp('stats', [], pipeline.environment);
  expect(sample.stdout).toMatch(
    /ago: 0 of 4 records \(a sample\), no differences; rows not checked: only some of the partitions were read$/m,
  );
  const newest = await prove(pipeline);
  await using page = startApp('stats', ['serve'], pipeline.environment);
  await waitForLog(page, /stats page http/);
  const url = /stats page (http:\S+?)"/.exec(page.stderr())?.[1] ?? '';
  expect(await (await fetch(`${url}/api/proof`)).json()).toEqual({ receipt: newest.receipt });
});

test('a stricter definition makes no difference, and another id rule is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'prove-'));
  const never = { type: 'object', properties: { path: { const: 'never' } } };
  await writeFile(join(folder, 'page_view.json'), JSON.stringify(never));
  expect((await prove(pipeline, [], { EVENTS: folder })).receipt).toMatchObject({
    isClean: true,
    stored: '4',
  });
  const otherRule = { EVENTS: folder, EVENTS_ENVELOPE: JSON.stringify({ type: '/event_type' }) };
  const refused = await runApp('stats', ['prove'], { ...pipeline.environment, ...otherRule });
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/whose ids follow the rule \["id",/),
  ]);
  await rm(folder, { recursive: true });
});

test('a receipt is printed as a table, with what was found', async () => {
  await run(`delete from raw_events where event_id = '${eventId(2)}'`);
  const { code, stdout } = await runApp('stats', ['prove'], pipeline.environment);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^PARTITION +FROM +TO +RECORDS +STORED +DUPLICATES .* DIGEST\n/);
  expect(stdout).toMatch(new RegExp(`\\nmissing +${at(1, 0)} +${eventId(2)} +event\\n`));
  expect(stdout).toMatch(/\ndifferences in 7 records: 1\nevery row has a record\n$/);
});

test('a proof that is killed continues where it was, with the same receipt', { tags: 'long' }, async () => {
  await using more = await createPipeline();
  const simulation = [
    '--rate',
    '0',
    '--count',
    '20000',
    '--invalid-ratio',
    '0.05',
    '--duplicate-ratio',
    '0.05',
  ];
  expect(await runApp('producer', simulation, more.environment)).toMatchObject({ code: 0 });
  expect(await runApp('consumer', ['--once'], more.environment)).toMatchObject({ code: 0 });
  const whole = await prove(more);
  const folder = await mkdtemp(join(tmpdir(), 'prove-'));
  const args = ['prove', '--json', '--work-dir', folder, '--rate'];
  await using killed = startApp('stats', [...args, '2000'], more.environment);
  await waitForLog(killed, /proving: \d\d %/);
  await sleep(2_500);
  await killed[Symbol.asyncDispose]();
  const continued = await runApp('stats', [...args, '0'], more.environment);
  expect(continued.stderr).toMatch(/continuing the proof that was started at/);
  const { startedAt: _, finishedAt: __, ...receipt } = JSON.parse(continued.stdout);
  expect(whole.receipt).toMatchObject(receipt);
  expect(receipt).toMatchObject({ isClean: true, records: whole.receipt.records, rowsNotChecked: null });
  await rm(folder, { recursive: true });
});

import type { Database } from '@pipeline/db';
import type { EventFinding } from '@pipeline/db/prove';
import type { KafkaRecord } from '@pipeline/kafka';
import { type Accept, createAccept, createDecoder, shopEvents } from '@pipeline/schema';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createProven } from '../testing/proofs.ts';
import { judgeSlice } from './judge-slice.ts';
import { absenceToDetail, columnsToBits } from './settle/entry.ts';

const idAt = (offset: number) => `019ab3c1-0000-4000-8000-00000000000${offset}`;

function recordAt(offset: number, change: object = {}, value?: Buffer | null): KafkaRecord {
  const event = {
    event_id: idAt(offset).toUpperCase(),
    event_type: 'search',
    event_time: '2026-11-24T09:30:12Z',
  };
  const sent = { ...event, user_id: 'u', payload: { query: 'q' }, ...change };
  const bytes = value === undefined ? Buffer.from(JSON.stringify(sent)) : value;
  return { encodedSize: 1, offset: String(offset), timestamp: '7', key: null, value: bytes };
}

/** A row of dead letters with the content of an empty record, and changes. */
const letterAt = (offset: number, change = {}) => ({
  ...{ id: BigInt(offset), offset: BigInt(offset), timestamp: 7n, topicId: 'abcd', headers: {} },
  ...{ keyHash: null, valueHash: null, ...change },
});

/** Answers the two queries of a slice, and notes the columns that are sent. */
function databaseOf(letters: readonly object[], findings: readonly object[], sent: string[]): Database {
  const run = async (statement: (sql: unknown) => unknown) => {
    let text = '';
    const sql = (strings: readonly string[]) => {
      text += strings.join('');
    };
    await statement(Object.assign(sql, { typed: (column: Buffer) => sent.push(String(column)) }));
    return text.includes('pipeline.dlq_events') ? letters : findings;
  };
  return { run } as unknown as Database;
}

interface Tables {
  readonly letters?: readonly object[];
  readonly findings?: readonly (Partial<EventFinding> & Pick<EventFinding, 'index' | 'kind'>)[];
  readonly sample?: number;
  readonly resets?: number;
  readonly accept?: Accept;
  /** Gets the columns that are compared. */
  readonly sent?: string[];
}

async function judge(
  records: readonly KafkaRecord[],
  {
    letters = [],
    findings = [],
    sample = 1,
    resets = 0,
    accept = createAccept(shopEvents),
    sent = [],
  }: Tables,
) {
  const rows = findings.map((one) => ({ columns: '', purgedBefore: null, ...one }));
  const limits: bigint[] = [];
  const parts = {
    database: databaseOf(letters, rows, sent),
    persist: <Value>(step: () => Promise<Value>) => step(),
    envelope: shopEvents.envelope,
    accept,
    decode: createDecoder(shopEvents),
    sample,
    limitOf: (before: bigint) => limits.push(before) - 1,
  };
  const partition = createProven({ topicId: 'abcd', resets });
  const slice = { start: 0n, end: 9n, records, markers: 2, aborted: 1 };
  const judged = await judgeSlice(parts, partition, 3, slice);
  const counts = Object.fromEntries(Object.entries(judged.tally).filter(([, count]) => count !== 0));
  const entries = [...judged.entries].map(([id, { kind, partition: index, offset, detail }]) => {
    expect([index, id]).toEqual([3, idAt(Number(offset))]);
    return [kind, Number(offset), detail];
  });
  const found = judged.findings.map(({ kind, record, eventId, detail }) =>
    [kind, record, eventId, detail].join(' '),
  );
  return {
    counts,
    entries,
    found,
    lost: judged.unreadableEvents,
    strays: judged.strays.map(({ record }) => record),
    limits,
  };
}

const nothing = { entries: [], found: [], lost: [], strays: [], limits: [] };
const read = { markers: 2, aborted: 1 };

test('events are entered in order of their offsets, with what the table has of them', async () => {
  const unknown = { event_type: 'removed', payload: {} };
  const records = [recordAt(0), recordAt(1), recordAt(2), recordAt(3, unknown), recordAt(4), recordAt(5)];
  const findings = [
    { index: 4, kind: 'refused' },
    { index: 1, kind: 'different', columns: 'user_id, payload' },
    { index: 2, kind: 'absent', purgedBefore: 99n },
    { index: 3, kind: 'absent' },
    { index: 5, kind: 'unlike' },
  ] as const;
  expect(await judge(records, { findings })).toEqual({
    ...nothing,
    counts: read,
    entries: [
      ['equal', 0, 0],
      ['different', 1, columnsToBits('user_id, payload')],
      ['absent', 2, absenceToDetail({ limit: 0, isRejected: false })],
      ['absent', 3, absenceToDetail({ isRejected: true })],
      ['absent', 4, absenceToDetail({ isRejected: true })],
      ['unlike', 5, 0],
    ],
    limits: [99n],
  });
});

test('dead letters are those of records with the same content, timestamp and topic', async () => {
  const records = [0, 1, 2, 3].map((offset) => recordAt(offset, {}, null));
  const letters = [
    letterAt(0),
    letterAt(1, { topicId: null }),
    letterAt(2, { timestamp: 8n }),
    letterAt(3, { topicId: 'beef' }),
  ];
  expect(await judge(records, { letters })).toEqual({
    ...nothing,
    counts: { ...read, deadLetters: 2 },
    lost: ['events:0:2', 'events:0:3'],
    strays: ['events:0:2', 'events:0:3'],
  });
});

test('a changed dead letter is different, and accounts for the id of its record', async () => {
  const records = [recordAt(0, {}, null), recordAt(1)];
  const letters = [letterAt(0, { keyHash: 'ab', headers: { a: 'b' } }), letterAt(1)];
  expect(await judge(records, { letters })).toEqual({
    ...nothing,
    counts: { ...read, different: 2 },
    entries: [['deadLetter', 1, 0]],
    found: [
      'different events:0:0  dead letter 0: key, headers',
      `different events:0:1 ${idAt(1)} dead letter 1: value`,
    ],
  });
});

test('after a truncation, another dead letter may be that of a former record', async () => {
  const letters = [letterAt(0), letterAt(1)];
  const findings = [{ index: 1, kind: 'absent' }] as const;
  expect(await judge([recordAt(0), recordAt(1)], { letters, findings, resets: 1 })).toEqual({
    ...nothing,
    counts: { ...read, different: 1 },
    entries: [['equal', 0, 0]],
    found: [`different events:0:1 ${idAt(1)} dead letter 1: value`],
    strays: ['events:0:0'],
  });
});

test('a sample leaves out events and dead letters, and accounts for these', async () => {
  expect(await judge([recordAt(0), recordAt(1, {}, null)], { letters: [letterAt(1)], sample: 1e-9 })).toEqual(
    {
      ...nothing,
      counts: { ...read, unsampled: 2 },
    },
  );
});

const ordinary = [{}, { payload: { query: 'é', more: [1.5] } }, { user_id: '4' }];
const odd = [
  { payload: { query: '"' } },
  { user_id: '"\\' },
  { event_type: 'removed' },
  { payload: 7 },
  { other: 1 },
];

test('events are judged alike, whether they are accepted or opened', async () => {
  const changes = fc.array(fc.constantFrom<object[]>(...ordinary, ...ordinary, ...odd), { maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(changes, fc.constantFrom(1, 0.5), async (all, sample) => {
      const records = all.map((change, offset) => recordAt(offset, change));
      const [accepted, opened]: [string[], string[]] = [[], []];
      const accept = vi.fn(createAccept(shopEvents));
      const judged = await judge(records, { sample, sent: accepted, accept });
      expect(judged).toEqual(await judge(records, { sample, sent: opened, accept: () => undefined }));
      expect(accepted).toEqual(opened);
      expect(accept).toHaveBeenCalledTimes(sample < 1 ? 0 : all.length);
    }),
  );
});

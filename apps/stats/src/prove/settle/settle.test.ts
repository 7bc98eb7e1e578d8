import type { PurgedRows } from '@pipeline/db/prove';
import { expect, test } from 'vitest';
import type { Plan } from '../plan.ts';
import { tallyOf } from '../tally.ts';
import { absenceToDetail, columnsToBits, type Entry } from './entry.ts';
import { list, NONE, type Read, settle } from './settle.ts';

const ledger = { resets: 0, topicId: null, identity: '[]', conflicts: 0n };
const partition = {
  topic: 'events',
  partition: 0,
  from: 0n,
  to: 4n,
  startOffset: 0n,
  nextOffset: 4n,
  records: 0n,
  ...ledger,
};
const plan: Plan = { startedAt: '', partitions: [partition], rowsNotChecked: null };

function readOf(change: Partial<Read> = {}): Read {
  const none = { findings: NONE, strays: NONE, unreadableEvents: [NONE], limits: [200n, 100n] };
  return { plan, tallies: [tallyOf({})], ...none, ...change };
}

const nothingPurged: PurgedRows = { events: [], deadLetters: [] };
const record = (kind: Entry['kind'], offset: number, detail = 0): Entry => ({
  kind,
  partition: 0,
  offset: BigInt(offset),
  detail,
});
const row = { ...record('row', 0) };
const absent = (offset: number, limit?: number, isRejected = false) =>
  record('absent', offset, absenceToDetail({ limit, isRejected }));

type Groups = readonly (readonly [string, readonly Entry[]])[];

/** The result without counts of 0. */
function settled(groups: Groups, read = readOf(), purged = nothingPurged) {
  const all = groups.map(([id, entries]) => ({ eventId: () => id, entries }));
  const { tallies, findings, rowsNotChecked, duplicates, possibleConflicts } = settle(all, read, purged);
  const counts = Object.fromEntries(Object.entries(tallies[0] ?? {}).filter(([, count]) => count !== 0));
  const found = findings.first.map(({ kind, record: place, eventId, detail }) =>
    [kind, place, eventId, detail].join(' '),
  );
  const possible = possibleConflicts.first.map(({ record: place, eventId, detail }) =>
    [place, eventId, detail].join(' '),
  );
  const lists = { found, possible, duplicates: duplicates.first };
  return { counts, ...lists, differences: findings.count, rowsNotChecked };
}

test('the first equal record is stored; others repeat it or conflict with it', () => {
  const group = [
    row,
    record('different', 0, columnsToBits('payload')),
    record('equal', 1),
    record('unlike', 2),
  ];
  expect(settled([['a', group]])).toEqual({
    counts: { stored: 1, duplicates: 1, conflicting: 1, attributesNotCompared: 1, empty: 1 },
    found: [],
    possible: [],
    differences: 0,
    rowsNotChecked: null,
    duplicates: [
      { record: 'events:0:2', of: 'events:0:1' },
      { record: 'events:0:0', of: 'events:0:1' },
    ],
  });
});

test('a row that equals no record is different once, with its columns', () => {
  const bits = columnsToBits('user_id, payload');
  expect(settled([['a', [row, record('different', 0, bits), record('different', 1, bits)]]])).toMatchObject({
    counts: { different: 1, duplicates: 1 },
    found: ['different events:0:0 a event: user_id, payload'],
  });
});

test('an absent event is missing, and a row without a record is unaccounted for', () => {
  const groups: Groups = [
    ['a', [absent(0), absent(1)]],
    ['b', [row]],
    ['c', [row, record('deadLetter', 2)]],
  ];
  expect(settled(groups)).toMatchObject({
    counts: { missing: 1, duplicates: 1 },
    found: ['missing events:0:0 a event', 'unaccounted  b event'],
    differences: 2,
  });
});

test('rows are not checked if the topic has fewer records than the ledger', () => {
  const lost = { ...plan, partitions: [{ ...partition, records: 2n }] };
  expect(
    settled(
      [
        ['b', [row]],
        ['a', [row, record('equal', 0)]],
      ],
      readOf({ plan: lost }),
    ),
  ).toMatchObject({
    found: [],
    rowsNotChecked: 'the topic no longer has all records that the ledger accounts for',
  });
  const found = settled(
    [
      ['b', [row]],
      ['a', [row, record('equal', 0), record('equal', 1)]],
    ],
    readOf({ plan: lost }),
  );
  expect(found).toMatchObject({ found: ['unaccounted  b event'], rowsNotChecked: null });
});

test("records before the ledger's start need not be stored", () => {
  const late = { ...plan, partitions: [{ ...partition, startOffset: 2n }] };
  expect(
    settled(
      [
        ['a', [absent(0)]],
        ['b', [absent(2)]],
      ],
      readOf({ plan: late }),
    ),
  ).toMatchObject({
    counts: { beforeLedger: 1, missing: 1 },
    found: ['missing events:0:2 b event'],
  });
});

const purgedEvents = (...events: readonly (readonly [number, number])[]): PurgedRows => ({
  events: events.map(([before, rows]) => ({ before: BigInt(before), rows: BigInt(rows) })),
  deadLetters: [],
});

test('no more events count as purged than purges with a later limit have removed', () => {
  const young: Groups = [
    ['a', [absent(0, 0)]],
    ['b', [absent(1, 0), absent(2, 0)]],
  ];
  const old: Groups = [['c', [absent(3, 1)]]];
  const all = [...young, ...old];
  expect(settled(all, readOf(), purgedEvents([200, 3]))).toMatchObject({
    counts: { purged: 3, duplicates: 1 },
    found: [],
  });
  expect(settled(all, readOf(), purgedEvents([200, 2], [100, 1]))).toMatchObject({
    counts: { purged: 3 },
    found: [],
  });
  expect(settled(all, readOf(), purgedEvents([200, 1], [100, 5]))).toMatchObject({
    counts: { purged: 2, missing: 1 },
    differences: 1,
    found: [
      expect.stringMatching(/^missing events:0:0 a event, or another one/),
      expect.anything(),
      expect.anything(),
    ],
  });
});

test('no more dead letters count as purged than were removed from their partition', () => {
  const places = list(NONE, ['events:0:0', 'events:0:1']);
  const read = readOf({ unreadableEvents: [places] });
  const purged = (rows: bigint) => ({ events: [], deadLetters: [{ topic: 'events', partition: 0, rows }] });
  expect(settled([['a', [absent(2, undefined, true)]]], read, purged(3n))).toMatchObject({
    counts: { purged: 3 },
    found: [],
  });
  expect(settled([['a', [absent(2, undefined, true)]]], read, purged(2n))).toMatchObject({
    counts: { purged: 2, missing: 1 },
    differences: 1,
  });
  const others = { events: [], deadLetters: [{ topic: 'others', partition: 0, rows: 3n }] };
  expect(settled([], read, others)).toMatchObject({ counts: { missing: 2 }, differences: 2 });
});

test('an old event that is rejected now may have been a purged dead letter', () => {
  const purged = { events: [], deadLetters: [{ topic: 'events', partition: 0, rows: 1n }] };
  expect(settled([['a', [absent(0, 0, true)]]], readOf(), purged)).toMatchObject({
    counts: { purged: 1 },
    found: [],
  });
  expect(settled([['a', [absent(0, 0)]]], readOf(), purged)).toMatchObject({ counts: { missing: 1 } });
});

const conflictsIn = (conflicts: bigint, rowsNotChecked: string | null = 'a part') => ({
  ...plan,
  partitions: [{ ...partition, from: 2n, startOffset: 1n, conflicts }],
  rowsNotChecked,
});
const differing: Groups = [['a', [record('different', 2, columnsToBits('payload'))]]];

test('a counted conflict with a record that was not read is listed, and no difference', () => {
  expect(settled(differing, readOf({ plan: conflictsIn(1n) }))).toMatchObject({
    counts: { conflicting: 1, possibleConflicts: 1 },
    found: [],
    possible: ['events:0:2 a event: payload'],
  });
  expect(settled(differing, readOf({ plan: conflictsIn(0n) }))).toMatchObject({
    counts: { different: 1 },
    differences: 1,
    possible: [],
  });
});

test('if everything was read, a record that differs from its row is no conflict', () => {
  const whole = settled(differing, readOf({ plan: conflictsIn(1n, null) }));
  expect(whole).toMatchObject({ counts: { different: 1 }, differences: 1, possible: [] });
});

test('a conflict that one partition has counted explains no difference of another', () => {
  const counted = { ...partition, from: 2n, startOffset: 0n, conflicts: 1n };
  const partitions = [counted, { ...counted, partition: 1, conflicts: 0n }];
  const bits = columnsToBits('payload');
  const groups: Groups = [
    ['a', [{ ...record('different', 3, bits), partition: 1 }]],
    ['b', [record('different', 2, bits)]],
  ];
  const tallies = [tallyOf({}), tallyOf({})];
  const unreadableEvents = [NONE, NONE];
  const read = { plan: { ...plan, partitions, rowsNotChecked: 'a part' }, tallies, unreadableEvents };
  expect(settled(groups, readOf(read))).toMatchObject({
    counts: { conflicting: 1, possibleConflicts: 1 },
    found: ['different events:1:3 a event: payload'],
    differences: 1,
    possible: ['events:0:2 b event: payload'],
  });
  const only = settled(groups.slice(0, 1), readOf(read));
  expect(only).toMatchObject({ found: ['different events:1:3 a event: payload'], possible: [] });
});

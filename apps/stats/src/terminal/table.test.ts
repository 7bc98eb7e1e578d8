import { expect, test } from 'vitest';
import { createSnapshot, createStanding, emptySnapshot, hostileTexts } from '../testing/snapshots.ts';
import { renderSnapshot } from './table.ts';

const linesOf = (...args: Parameters<typeof renderSnapshot>) => renderSnapshot(...args).split('\n');

test('the tables of a running pipeline', () => {
  expect(renderSnapshot(createSnapshot())).toBe(`\
               STORED  DUPLICATES  DEAD-LETTERED  SKIPPED  LAG  LAST WRITE
9,007,199,254,740,993           4              5        0    3  0.4 s ago

Last verify: 2 h ago, no differences

TOPIC   PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG  SECONDS-BEHIND
events          0            1041            1044    3             0.2

Events per minute
MINUTE (UTC)        ALL  page_view  signup
2026-11-24 09:31  1,235      1,234       1
2026-11-24 09:30     12         12       0

Open dead letters: 5
REASON              EVENT TYPE  COUNT  FIRST SEEN  LAST SEEN
not_json            -               3  31 min ago  1.5 s ago
unknown_event_type  teleport        2  2 d ago     3 h ago
`);
});

test('an empty pipeline has zeros and an unknown lag', () => {
  expect(renderSnapshot(emptySnapshot)).toBe(`\
STORED  DUPLICATES  DEAD-LETTERED  SKIPPED  LAG  LAST WRITE
     0           0              0        0  n/a  never

Last verify: never
`);
});

const part = { rowsNotChecked: 'only some of the partitions were read' };

test.each([
  ['a whole proof', {}, '7,000 records, no differences'],
  ['differences', { differences: 2n }, '7,000 records, differences: 2'],
  ['a sample', { judged: 70n, isSample: true }, '70 of 7,000 records (a sample), no differences'],
  [
    'records before the ledger',
    { judged: 6_990n },
    '6,990 of 7,000 records (the others are older than the ledger), no differences',
  ],
  [
    'one partition',
    part,
    '7,000 records, no differences; rows not checked: only some of the partitions were read',
  ],
])('the newest proof is shown below the latest verification: %s', (_, change, text) => {
  const counts = { records: 7_000n, judged: 7_000n, differences: 0n, isSample: false, rowsNotChecked: null };
  const proof = { id: 1n, provenAt: '2026-11-24T09:00:00.000Z', ageSeconds: 7_300, ...counts, ...change };
  expect(linesOf(createSnapshot(), proof)[4]).toBe(`Proven 2 h ago: ${text}`);
});

test('missing offsets are -, unknown values n/a, a partial total has ≥', () => {
  const lines = linesOf(
    createSnapshot({
      partitions: [
        createStanding({ currentOffset: null, lag: 44n, secondsBehind: null }),
        createStanding({
          partition: 1,
          currentOffset: null,
          endOffset: null,
          lag: null,
          secondsBehind: null,
        }),
      ],
    }),
  );
  expect(lines[1]).toMatch(/ ≥44 /);
  expect(lines.slice(6, 8)).toEqual([
    'events          0               -            1044   44             n/a',
    'events          1             n/a             n/a  n/a             n/a',
  ]);
});

test('only the latest minutes are shown, newest first', () => {
  const minutes = Array.from({ length: 20 }, (_, index) => ({
    minute: `2026-11-24T09:${10 + index}:00Z`,
    eventType: 'signup',
    count: 1n,
  }));
  const shown = linesOf(createSnapshot({ minutes }), null, 3).filter((line) => line.startsWith('2026'));
  expect(shown.map((line) => line.slice(0, 16))).toEqual([
    '2026-11-24 09:29',
    '2026-11-24 09:28',
    '2026-11-24 09:27',
  ]);
});

test('the most frequent types have columns, the others share one', () => {
  const minutes = Array.from({ length: 9 }, (_, index) => ({
    minute: '2026-11-24T09:30:00Z',
    eventType: `type_${index}`,
    count: BigInt(index),
  }));
  expect(linesOf(createSnapshot({ minutes })).slice(9, 11)).toEqual([
    'MINUTE (UTC)      ALL  type_8  type_7  type_6  type_5  type_4  OTHERS',
    '2026-11-24 09:30   36       8       7       6       5       4       6',
  ]);
});

test('only some groups of dead letters are shown, with the number of the others', () => {
  const [group] = createSnapshot().deadLetterGroups;
  const deadLetterGroups = Array.from({ length: 15 }, (_, index) => ({
    ...group,
    reason: `reason_${index}`,
    eventType: null,
    count: 1n,
    firstSeen: '',
    lastSeen: '',
  }));
  const lines = linesOf(createSnapshot({ deadLetterGroups }));
  expect(lines.filter((line) => line.startsWith('reason_'))).toHaveLength(12);
  expect(lines.at(-2)).toBe('… and 3 more groups');
});

test.each(hostileTexts.map((text) => [JSON.stringify(text).slice(0, 40), text] as const))(
  'the event type %s steers nothing, adds no line and fits on the screen',
  (_, eventType) => {
    const minutes = [{ minute: '2026-11-24T09:30:00Z', eventType, count: 1n }];
    const deadLetterGroups = createSnapshot().deadLetterGroups.map((group) => ({ ...group, eventType }));
    const plain = linesOf(createSnapshot({ minutes: minutes.map((one) => ({ ...one, eventType: 'a' })) }));
    const lines = linesOf(createSnapshot({ minutes, deadLetterGroups }));
    expect(lines).toHaveLength(plain.length);
    for (const line of lines) expect(line).toMatch(/^[\x20-\x7e≥…]{0,100}$/);
  },
);

test('the latest values of a roll-up are shown, or that it is being filled', () => {
  const common = { aggregate: 'sum', by: ['currency'], bucketMinutes: 60, keys: 1, keyLimit: 1_000 };
  const value = { bucket: '2026-11-24T09:00:00Z', key: ['EUR'], value: '9.5', events: 1_200n, leftOut: 3n };
  const text = renderSnapshot(
    createSnapshot({
      rollups: [
        {
          ...common,
          eventType: 'purchase',
          name: 'revenue',
          isFilling: false,
          values: [value, { ...value, key: null }],
        },
        { ...common, eventType: 'signup', name: 'signups', isFilling: true, values: [] },
      ],
    }),
  );
  expect(text).toMatch(/purchase revenue +2026-11-24 09:00 +EUR +9.5 +1,200 +3\n.* other /);
  expect(text).toMatch(/signup signups +being filled/);
});

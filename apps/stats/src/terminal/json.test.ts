import { expect, test } from 'vitest';
import { createSnapshot, createStanding, emptySnapshot } from '../testing/snapshots.ts';
import { toJson } from './json.ts';

test('the document has exactly the members of the contract, in order', () => {
  expect(JSON.stringify(toJson(createSnapshot()), undefined, 1)).toBe(
    JSON.stringify(
      {
        schemaVersion: 1,
        generatedAt: '2026-11-24T09:31:10.000Z',
        events: { stored: '9007199254740993', duplicates: '4', deadLettered: '5', skipped: '0' },
        minutes: [
          { minute: '2026-11-24T09:30:00Z', eventType: 'page_view', count: '12' },
          { minute: '2026-11-24T09:31:00Z', eventType: 'page_view', count: '1234' },
          { minute: '2026-11-24T09:31:00Z', eventType: 'signup', count: '1' },
        ],
        deadLetters: {
          open: '5',
          groups: [
            {
              reason: 'not_json',
              eventType: null,
              count: '3',
              firstSeen: '2026-11-24T09:00:00.000Z',
              lastSeen: '2026-11-24T09:31:08.500Z',
            },
            {
              reason: 'unknown_event_type',
              eventType: 'teleport',
              count: '2',
              firstSeen: '2026-11-22T08:00:00.000Z',
              lastSeen: '2026-11-24T06:00:00.000Z',
            },
          ],
        },
        partitions: [
          {
            topic: 'events',
            partition: 0,
            currentOffset: '1041',
            endOffset: '1044',
            lag: '3',
            secondsBehind: 0.2,
          },
        ],
        lag: '3',
        freshnessSeconds: 0.4,
      },
      undefined,
      1,
    ),
  );
});

test('unknown values are null, never 0', () => {
  const unknown = { currentOffset: null, endOffset: null, lag: null, secondsBehind: null };
  const partitions = [createStanding({}), createStanding({ partition: 1, ...unknown })];
  const json = toJson(createSnapshot({ partitions }));
  expect(json.partitions[1]).toEqual({ topic: 'events', partition: 1, ...unknown });
  expect(json.lag).toBeNull();
  expect(toJson(emptySnapshot)).toMatchObject({ lag: null, freshnessSeconds: null });
});

test('clock skew causes no negative age', () => {
  const { totals } = createSnapshot();
  const partitions = [createStanding({ secondsBehind: -2 })];
  const json = toJson(createSnapshot({ partitions, totals: { ...totals, freshnessSeconds: -0.5 } }));
  expect(json).toMatchObject({ partitions: [{ secondsBehind: 0 }], freshnessSeconds: 0 });
});

import type { DeadLetter } from '@pipeline/db';
import { expect, test } from 'vitest';
import { ReplayTally } from './report.ts';

const rejected = (offset: number, detail: string): DeadLetter => ({
  record: { offset: String(offset), timestamp: '0', key: null, value: null },
  ...{ reason: 'invalid_payload', eventType: 'search', detail, sqlstate: null, redriveCount: 0 },
});

test('every record is counted once, and problems have the place of their first record', () => {
  const tally = new ReplayTally();
  const place = { topic: 'events', partition: 2 };
  tally.add({
    ...{ ...place, records: 10, events: 7, purged: 1 },
    stored: new Map([
      ['signup', 1],
      ['search', 2],
    ]),
    rejected: [rejected(4, 'lacks a')],
  });
  tally.add({
    ...{ ...place, records: 7, events: 3, purged: 0 },
    stored: new Map([['search', 2]]),
    rejected: [
      rejected(11, 'lacks b'),
      rejected(12, 'lacks a'),
      rejected(13, 'lacks b'),
      rejected(14, 'lacks b'),
    ],
  });
  tally.addUnreadable(5);
  const report = tally.report({ dryRun: true, isInterrupted: false, ranges: [] });
  const group = { reason: 'invalid_payload', eventType: 'search' };
  expect(report).toEqual({
    ...{ schemaVersion: 1, dryRun: true, isInterrupted: false, ranges: [] },
    ...{ records: 17, alreadyStored: 4, purged: 1, skipped: 2, unreadable: 5 },
    stored: [
      { eventType: 'search', count: 4 },
      { eventType: 'signup', count: 1 },
    ],
    rejected: [
      { ...group, detail: 'lacks b', count: 3, example: 'events:2:11' },
      { ...group, detail: 'lacks a', count: 2, example: 'events:2:4' },
    ],
  });
});

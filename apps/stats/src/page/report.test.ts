import { expect, test } from 'vitest';
import { createDashboardState, createSnapshot } from '../testing/snapshots.ts';
import { toMessage } from './report.ts';

test('the page learns which partitions are paused, with the user and the reason', async () => {
  const pause = { topic: 'events', partition: 1, by: 'alice', reason: 'deploy' };
  const pauses = [{ ...pause, pausedAt: '2026-11-24T09:30:00.000Z' }];
  const state = createDashboardState({ snapshot: createSnapshot({ pauses }) });
  const [, data = ''] = /^data: (.*)$/m.exec(await toMessage(async () => state, 2)) ?? [];
  expect(JSON.parse(data)).toMatchObject({
    pauses,
    status: { word: 'paused', reasons: expect.arrayContaining(['alice paused partition events/1 (deploy)']) },
  });
});

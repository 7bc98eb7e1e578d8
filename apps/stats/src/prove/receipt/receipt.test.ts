import { expect, test } from 'vitest';
import { createProven } from '../../testing/proofs.ts';
import { NONE, type Settled } from '../settle/settle.ts';
import { toReceipt } from './receipt.ts';

const settled: Settled = {
  tallies: [],
  rowsNotChecked: null,
  findings: NONE,
  duplicates: NONE,
  possibleConflicts: NONE,
};

test('a receipt names the versions, the cluster, and each topic once with its id rule', () => {
  const topicId = '0011';
  const partitions = [
    createProven({ topicId }),
    createProven({ topicId, partition: 1 }),
    createProven({ topic: 'others', identity: '["record"]' }),
  ];
  const plan = { startedAt: '2026-11-24T09:30:00.000Z', partitions, rowsNotChecked: null };
  const database = { postgres: '18.1', migration: '0033_faster_rollups.sql' };
  const making = { finishedAt: '2026-11-24T09:31:00.000Z', version: '0.1.0', database, sample: 1 };
  const receipt = toReceipt({ plan, digests: [] }, settled, { ...making, clusterId: 'cluster' });
  expect(receipt).toMatchObject({
    version: '0.1.0',
    versions: { node: process.versions.node, ...database },
    clusterId: 'cluster',
    topics: [
      { topic: 'events', topicId, idRule: '["id"]' },
      { topic: 'others', topicId: null, idRule: '["record"]' },
    ],
  });
  const unnamed = toReceipt({ plan, digests: [] }, settled, { ...making, clusterId: undefined });
  expect(unnamed.clusterId).toBeNull();
});

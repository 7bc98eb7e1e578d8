import type { ProvenPartition } from '../prove/plan.ts';

/** A partition of ten records to prove, with optional changes. */
export function createProven(change: Partial<ProvenPartition> = {}): ProvenPartition {
  return {
    topic: 'events',
    partition: 0,
    startOffset: 0n,
    nextOffset: 10n,
    records: 10n,
    conflicts: 0n,
    resets: 0,
    topicId: null,
    identity: '["id"]',
    from: 0n,
    to: 10n,
    ...change,
  };
}

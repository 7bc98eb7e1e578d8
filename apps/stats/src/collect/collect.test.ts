import { lagOf, partitionName, type TopicPartition } from '@pipeline/kafka';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinStandings } from './collect.ts';

const topic = fc.constantFrom('orders', 'events');
const partition = fc.nat(9);
const offset = fc.bigInt({ min: 0n, max: 1_000n });
const ledgers = fc.uniqueArray(
  fc.record({ topic, partition, nextOffset: offset, recordAgeSeconds: fc.option(fc.integer()) }),
  { selector: partitionName },
);
const allOffsets = fc.uniqueArray(
  fc.record({
    topic,
    partition,
    logStart: offset,
    logEnd: offset,
    stableEnd: offset,
    committed: fc.option(offset, { nil: undefined }),
  }),
  { selector: partitionName },
);

test('every partition of the ledger or Kafka appears once, in order', () => {
  fc.assert(
    fc.property(ledgers, allOffsets, (ledger, offsets) => {
      const known = new Set([...ledger, ...offsets].map(partitionName));
      const joined = joinStandings(['events', 'orders'], ledger, offsets);
      expect(joined.map(partitionName)).toEqual([...known].sort());
    }),
  );
});

test('a partition has Kafka’s lag or an unknown one; without lag it is 0 s behind', () => {
  fc.assert(
    fc.property(ledgers, allOffsets, (ledger, offsets) => {
      for (const standing of joinStandings(['events', 'orders'], ledger, offsets)) {
        const isSame = (one: TopicPartition) => partitionName(one) === partitionName(standing);
        const found = offsets.find(isSame);
        const age = ledger.find(isSame)?.recordAgeSeconds ?? null;
        const lag = found && lagOf(found);
        expect(standing).toEqual({
          topic: standing.topic,
          partition: standing.partition,
          currentOffset: lag?.current ?? null,
          endOffset: lag?.end ?? null,
          lag: lag?.lag ?? null,
          secondsBehind: lag === undefined ? null : lag.lag === 0n ? 0 : age && Math.max(0, age),
        });
      }
    }),
  );
});

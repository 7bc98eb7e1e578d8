import { lagOf } from '@pipeline/kafka';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinStandings } from './collect.ts';

const partition = fc.nat(20);
const offset = fc.bigInt({ min: 0n, max: 1_000n });
const ledgers = fc.uniqueArray(
  fc.record({ partition, nextOffset: offset, recordAgeSeconds: fc.option(fc.integer()) }),
  { selector: (one) => one.partition },
);
const allOffsets = fc.uniqueArray(
  fc.record({
    topic: fc.constant('events'),
    partition,
    logStart: offset,
    logEnd: offset,
    stableEnd: offset,
    committed: fc.option(offset, { nil: undefined }),
  }),
  { selector: (one) => one.partition },
);

test('every partition of the ledger or Kafka appears once, in order', () => {
  fc.assert(
    fc.property(ledgers, allOffsets, (ledger, offsets) => {
      const known = new Set([...ledger, ...offsets].map((one) => one.partition));
      const joined = joinStandings('events', ledger, offsets);
      expect(joined.map((one) => one.partition)).toEqual([...known].sort((a, b) => a - b));
    }),
  );
});

test('a partition has Kafka’s lag or an unknown one; without lag it is 0 s behind', () => {
  fc.assert(
    fc.property(ledgers, allOffsets, (ledger, offsets) => {
      for (const standing of joinStandings('events', ledger, offsets)) {
        const found = offsets.find((one) => one.partition === standing.partition);
        const age = ledger.find((one) => one.partition === standing.partition)?.recordAgeSeconds ?? null;
        const lag = found && lagOf(found);
        expect(standing).toEqual({
          topic: 'events',
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

/** @module-tag long */
import { describe, expect, test } from 'vitest';
import { includedFaults } from './faults/all.ts';
import { brokerFaults, kafkaNetworkFaults } from './faults/kafka.ts';
import { truncationFaults } from './faults/truncation.ts';
import { chooseSeed } from './support/data/random.ts';
import { findDamage } from './support/system/fault.ts';
import { type KafkaSystem, startKafkaSystem } from './support/system/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

/** Several faults share a broker, which is slow to start; each follows recovery from the previous one. */
const GROUP_SIZE = 4;

const groups = [brokerFaults, truncationFaults, kafkaNetworkFaults].flatMap((faults) =>
  groupFaults(includedFaults<KafkaSystem>(faults)),
);

function groupFaults<Item>(faults: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(faults.length / GROUP_SIZE) }, (_, group) =>
    faults.slice(group * GROUP_SIZE, (group + 1) * GROUP_SIZE),
  );
}

describe('processing resumes; no record is lost, duplicated or wrongly dead-lettered', () => {
  for (const group of groups) {
    const names = group.map(([name]) => name);
    test.concurrent(`after ${names.join(', ')}`, async () => {
      await using system = await startKafkaSystem({ seed });
      expect(await findDamage(system, ...group.map(([, fault]) => fault))).toEqual([]);
    });
  }
});

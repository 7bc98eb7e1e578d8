/** @module-tag long */
import { describe, expect, test } from 'vitest';
import { brokerFaults, kafkaNetworkFaults } from './faults/kafka.ts';
import { truncationFaults } from './faults/truncation.ts';
import { chooseSeed } from './support/data/random.ts';
import { type Fault, findDamage } from './support/system/fault.ts';
import { type KafkaSystem, startKafkaSystem } from './support/system/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

type KafkaFault = Fault<KafkaSystem>;
/** Faults with their names. */
type Group = readonly (readonly [string, KafkaFault])[];

/** Several faults share a broker, which is slow to start; each follows recovery from the previous one. */
function groupFaults(faults: Readonly<Record<string, KafkaFault>>, size: number): readonly Group[] {
  const included = Object.entries(faults).filter(
    ([, { isLong }]) => !isLong || process.env['E2E_LONG'] !== undefined,
  );
  return Array.from({ length: Math.ceil(included.length / size) }, (_, group) =>
    included.slice(group * size, (group + 1) * size),
  );
}

/** Network faults take minutes, so they run only in the soak and with `E2E_LONG=1`. */
const includedNetworkFaults = process.env['E2E_LONG'] === undefined ? {} : kafkaNetworkFaults;

const groups = [brokerFaults, truncationFaults, includedNetworkFaults].flatMap((faults) =>
  groupFaults(faults, 4),
);

describe('processing resumes; no record is lost, duplicated or wrongly dead-lettered', () => {
  for (const group of groups) {
    const names = group.map(([name]) => name);
    test.concurrent(`after ${names.join(', ')}`, async () => {
      await using system = await startKafkaSystem({ seed });
      expect(await findDamage(system, ...group.map(([, fault]) => fault))).toEqual([]);
    });
  }
});

import { expect, test } from 'vitest';
import { brokerFaults, kafkaNetworkFaults } from './faults/kafka.ts';
import { type Fault, findDamage } from './support/fault.ts';
import { chooseSeed } from './support/random.ts';
import { type KafkaSystem, startKafkaSystem } from './support/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

type KafkaFault = Fault<KafkaSystem>;

/** A broker is dear to start: several faults happen to one, each once it has recovered from the one before. */
function groupFaults(faults: readonly KafkaFault[], size: number): readonly (readonly KafkaFault[])[] {
  const wanted = faults.filter(({ isLong }) => !isLong || process.env['E2E_LONG'] !== undefined);
  return Array.from({ length: Math.ceil(wanted.length / size) }, (_, group) =>
    wanted.slice(group * size, (group + 1) * size),
  );
}

/** The way to Kafka is broken in the soak, and in a run of the tests with `E2E_LONG=1`: it takes minutes. */
const wantedNetworkFaults = process.env['E2E_LONG'] === undefined ? [] : Object.values(kafkaNetworkFaults);

const groups = [
  ...groupFaults(Object.values<KafkaFault>(brokerFaults), 4),
  ...groupFaults(wantedNetworkFaults, 4),
];

for (const faults of groups) {
  const names = faults.map(({ name }) => name).join(', then ');
  test.concurrent(`nothing is lost, doubled or wrongly dead-lettered, and all goes on by itself, when ${names}`, async () => {
    await using system = await startKafkaSystem({ seed });
    expect(await findDamage(system, ...faults)).toEqual([]);
  });
}

import { expect, inject, test } from 'vitest';
import { faults } from './faults/all.ts';
import { type Fault, findDamage } from './support/fault.ts';
import { chooseSeed } from './support/random.ts';
import { startSystem } from './support/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

for (const fault of Object.values<Fault>(faults)) {
  test.concurrent(`nothing is lost, doubled or wrongly dead-lettered, and all goes on by itself, when ${fault.name}`, async ({
    skip,
  }) => {
    const reason = fault.unavailable?.();
    skip(reason !== undefined, reason);
    await using system = await startSystem(inject('brokers'), { seed, environment: fault.environment ?? {} });
    expect(await findDamage(system, fault)).toEqual([]);
  });
}

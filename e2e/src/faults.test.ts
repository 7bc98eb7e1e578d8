import { expect, inject, test } from 'vitest';
import { killRepeatedly } from './faults/processes.ts';
import { findDamage } from './support/fault.ts';
import { chooseSeed } from './support/random.ts';
import { startSystem } from './support/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

test.concurrent.each([killRepeatedly])(
  'when $name, nothing is lost, doubled or wrongly dead-lettered, and the pipeline goes on by itself',
  async (fault) => {
    await using system = await startSystem(inject('brokers'), { seed });
    expect(await findDamage(system, fault)).toEqual([]);
  },
);

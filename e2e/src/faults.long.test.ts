/** @module-tag long */
import { describe, expect, inject, test } from 'vitest';
import { faults, includedFaults } from './faults/all.ts';
import { chooseSeed } from './support/data/random.ts';
import { findDamage } from './support/system/fault.ts';
import { type System, startSystem } from './support/system/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

describe('processing resumes; no record is lost, duplicated or wrongly dead-lettered', () => {
  for (const [, fault] of includedFaults<System>(faults)) {
    test.concurrent(`when ${fault.name}`, async ({ skip }) => {
      const reason = fault.unavailable?.();
      skip(reason !== undefined, reason);
      const environment = fault.environment ?? {};
      await using system = await startSystem(inject('brokers'), { seed, environment });
      expect(await findDamage(system, fault)).toEqual([]);
    });
  }
});

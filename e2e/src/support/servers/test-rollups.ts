import { migrateRollups } from '@pipeline/db';
import { count, deriveRollups, max, min, shopEvents } from '@pipeline/schema';
import { settingsFor } from '@pipeline/testing';

/** Creates the roll-ups of the built-in definition, as `consumer migrate` does. */
export async function createBuiltInRollups(databaseUrl: string): Promise<void> {
  await migrateRollups(settingsFor(databaseUrl), deriveRollups(shopEvents));
}

/**
 * Creates a roll-up of each kind, with the key and the bucket of the built-in one: `findViolations` compares them. Two
 * of them keep fewer keys than there are.
 */
export async function createEveryRollup(databaseUrl: string): Promise<void> {
  const purchase = {
    ...shopEvents.rollups?.['purchase'],
    orders: count().by('/currency').per('1 hour').limit(3),
    lowest: min('/amount').by('/currency').per('1 hour').limit(2),
    highest: max('/amount').by('/currency').per('1 hour'),
  };
  await migrateRollups(settingsFor(databaseUrl), deriveRollups({ ...shopEvents, rollups: { purchase } }));
}

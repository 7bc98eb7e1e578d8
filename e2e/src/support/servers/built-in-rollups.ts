import { migrateRollups } from '@pipeline/db';
import { deriveRollups, shopEvents } from '@pipeline/schema';
import { settingsFor } from '@pipeline/testing';

/** Creates the roll-ups of the built-in definition, as `consumer migrate` does. */
export async function createBuiltInRollups(databaseUrl: string): Promise<void> {
  await migrateRollups(settingsFor(databaseUrl), deriveRollups(shopEvents));
}

import { migrateViews } from '@pipeline/db';
import { deriveViews, shopEvents } from '@pipeline/schema';
import { settingsFor } from '@pipeline/testing';

/** Creates the views of the built-in definition, as `consumer migrate` does. */
export async function createBuiltInViews(databaseUrl: string): Promise<void> {
  await migrateViews(settingsFor(databaseUrl), deriveViews(shopEvents));
}

import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { openPool } from './connect.ts';
import { databaseSettings } from './settings.ts';

// H1: the driver's default is 30 to 60 minutes.
test('connections are replaced within minutes, so that they follow a failover', () => {
  const sql = openPool(readSettings(databaseSettings, {}), { applicationName: 'test', connections: 1 });
  expect(sql.options.max_lifetime).toBeLessThanOrEqual(600);
});

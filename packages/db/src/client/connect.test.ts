import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { connectDatabase, openPool } from './connect.ts';
import { databaseSettings } from './settings.ts';

// H1: the driver's default is 30 to 60 minutes.
test('connections are replaced within minutes, so that they follow a failover', () => {
  const sql = openPool(readSettings(databaseSettings, {}), { applicationName: 'test', connections: 1 });
  expect(sql.options.max_lifetime).toBeLessThanOrEqual(600);
});

test('the address of a database names a schema that is not public', async () => {
  const addressIn = (schema: string) => {
    const url = 'postgres://one:secret@db.example:5433/app?sslmode=verify-full';
    const settings = readSettings(databaseSettings, { DATABASE_URL: url, DATABASE_SCHEMA: schema });
    return connectDatabase(settings, { applicationName: 'test', connections: 1 }).address;
  };
  expect(['public', 'team_a'].map(addressIn)).toEqual([
    'db.example:5433/app',
    'db.example:5433/app (schema team_a)',
  ]);
});

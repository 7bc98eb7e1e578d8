import { expect, test } from 'vitest';
import { parseSchemaName } from './schema-name.ts';

test('a schema name is lower-case, and short enough for the names of its roles', () => {
  const longest = 'a'.repeat(40);
  for (const name of ['public', 'team_a', '_1', longest]) expect(parseSchemaName(name)).toBe(name);
  for (const name of ['', 'Team', 'team-a', '1a', 'é', 'a"b', `${longest}a`])
    expect(parseSchemaName(name)).toBeUndefined();
});

test('schemas of Postgres itself are refused', () => {
  expect(parseSchemaName('pg_catalog')).toBeUndefined();
  expect(parseSchemaName('information_schema')).toBeUndefined();
});

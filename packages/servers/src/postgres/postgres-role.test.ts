import { parseDatabaseUrl } from '@pipeline/db';
import { expect, test } from 'vitest';
import { roleStatements } from './postgres-role.ts';

test('quotes in names and passwords cannot end a statement', () => {
  const url = parseDatabaseUrl(`postgres://a%22b:c'd@127.0.0.1/e%22f`);
  const statements = url === undefined ? '' : roleStatements(url);
  expect(statements).toContain('create role "a""b";\n');
  expect(statements).toContain(`password 'c''d';\n`);
  expect(statements).toContain('create database "e""f" owner "a""b";\n');
});

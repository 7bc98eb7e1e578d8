import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrationsFolder, readMigrations } from './migrate.ts';

const migrations = readMigrations(migrationsFolder)
  .map(({ sql }) => sql)
  .join('\n');
const tables = [...migrations.matchAll(/^create table (\w+)/gm)].map(([, name]) => name);
const names = `(?:${[...tables, 'schema_migrations', 'grant_to_roles', 'check_ledger'].join('|')})`;

/** A name in a statement without `pipeline.`, which only a search_path would find. */
const bare = new RegExp(
  [
    `\\b(?:from|join|into|update|table|using|on|of|like|index|select|copy) ${names}\\b`,
    `, ${names}\\b(?!['\`:])`,
    `'${names}'::reg.*`,
  ].join('|'),
  'g',
);

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}

const bareNames = (text: string) => [...withoutComments(text).matchAll(bare)].map(([name]) => name);

test('every statement names the schema of its tables', () => {
  const root = join(import.meta.dirname, '../../..');
  const paths = globSync(['packages/db/src/**/*.ts', 'apps/*/src/**/*.ts'], { cwd: root });
  const sources = paths.filter((path) => !path.endsWith('.test.ts'));
  expect(sources.length).toBeGreaterThan(100);
  const found = sources.flatMap((path) =>
    bareNames(readFileSync(join(root, path), 'utf8')).map((name) => `${path}: ${name}`),
  );
  expect(found).toEqual([]);
});

test('a statement that relies on the search_path is found', () => {
  expect(bareNames(`select from raw_events join pipeline.purges, dlq_events`)).toHaveLength(2);
  expect(bareNames(`select 'raw_events'::regclass, 'raw_events' /* from purges */`)).toHaveLength(1);
  expect(bareNames('lock table pipeline.raw_events, pipeline.purges')).toEqual([]);
});

import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rootFolder } from './root-folder.ts';

const page = readFileSync(join(rootFolder, 'docs/logs.md'), 'utf8');
const [example = ''] = /^\{.*\}$/m.exec(page) ?? [];
const [common = '', further = ''] = page.split(/^## .+ fields?.*$|^## Fields .+$/m).slice(1);

/** The fields in the first column of a table. */
function fieldsOf(section: string): readonly string[] {
  const cells = section.match(/^\| `.+?` \|/gm) ?? [];
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, field = '']) => field));
}

test('a real line has exactly the documented common fields', () => {
  const producer = join(rootFolder, 'apps/producer/src/main.ts');
  const args = ['--conditions=source', producer, '--from', '/nonexistent', '--log-format', 'json'];
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const line = JSON.parse(stderr);
  expect(Object.keys(line)).toEqual(fieldsOf(common));
  expect(line).toMatchObject({ level: 'fatal', name: 'producer' });
  expect(new Date(line.time).toISOString()).toBe(line.time);
});

test('the fields of the example are documented', () => {
  const documented = [...fieldsOf(common), ...fieldsOf(further)];
  expect(Object.keys(JSON.parse(example)).filter((field) => !documented.includes(field))).toEqual([]);
});

test('every field that the sources log is documented', () => {
  const logged = /(?:ogger\.\w+\(|const fields = )\s*\{([^{}]*)\}/g;
  const files = globSync(['apps/*/src/**/*.ts', 'packages/{kafka,db}/src/**/*.ts'], { cwd: rootFolder });
  const literals = files.flatMap((file) => [
    ...readFileSync(join(rootFolder, file), 'utf8').matchAll(logged),
  ]);
  const fields = literals.flatMap(([, members = '']) => [...members.matchAll(/(?:^|,)\s*(\w+)/g)]);
  expect(fields.length).toBeGreaterThan(10);
  const documented = fieldsOf(further);
  expect(fields.map(([, field = '']) => field).filter((field) => !documented.includes(field))).toEqual([]);
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

/** Prints the password and its arguments, one per line. */
const echo = '#!/bin/sh\nprintf "%s\\n" "$PGPASSWORD" "$@"\n';

/** Runs the program with a PATH that has only these scripts, and -c as argument for psql. */
function run(scripts: Readonly<Record<string, string>>, settings: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'bin-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(scripts))
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  const program = join(import.meta.dirname, 'psql.ts');
  return spawnSync(process.execPath, ['--conditions=source', program, '-c', 'select 1'], {
    env: { PATH: folder, DATABASE_URL: 'postgres://app:secret@db/app', ...settings },
    encoding: 'utf8',
  });
}

test('psql gets the URL without the password, and all arguments', () => {
  const { status, stdout } = run({ psql: echo });
  expect([status, ...stdout.trim().split('\n')]).toEqual([
    0,
    'secret',
    'postgres://app@db/app',
    '-c',
    'select 1',
  ]);
});

test('unqualified names are those of DATABASE_SCHEMA', () => {
  const url = 'postgres://app:secret@db/app?options=-cwork_mem%3D1MB';
  const { stdout } = run({ psql: echo }, { DATABASE_URL: url, DATABASE_SCHEMA: 'team_a' });
  expect(stdout.split('\n')[1]).toBe(
    'postgres://app@db/app?options=-cwork_mem%3D1MB&options=-cwork_mem%3D1MB%20-csearch_path%3Dteam_a',
  );
});

test('without psql, that of the Compose container is used', () => {
  const docker = echo.replace('\n', '\nif [ "$1" = ps ]; then echo 0123abcd; exit; fi\n');
  const { status, stdout } = run({ docker });
  const words = 'secret exec --interactive --env PGPASSWORD 0123abcd psql postgres://app@db/app -c';
  expect([status, stdout.trim().split('\n')]).toEqual([0, [...words.split(' '), 'select 1']]);
});

test('without psql and container, the error names the package to install', () => {
  expect(run({ docker: '#!/bin/sh\n' })).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/psql is not installed; run "(apt-get|brew) install/),
  });
});

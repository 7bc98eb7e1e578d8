import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { testStack } from '@pipeline/testing';
import { beforeAll, expect, test } from 'vitest';

let database: string;

beforeAll(async () => {
  database = await testStack().createDatabase();
});

/** Runs the program with a PATH without psql. */
async function run(input: string, ...words: readonly string[]) {
  const program = join(import.meta.dirname, '../../infra/src/psql.ts');
  const child = spawn(process.execPath, ['--conditions=source', program, ...words], {
    env: { PATH: '/nowhere', DATABASE_URL: database },
  });
  child.stdin.end(input);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

test('without psql, all statements of the input run, even without a last semicolon', async () => {
  const { code, stdout } = await run('select 1 as one; select\n2 as two\n');
  expect(code).toBe(0);
  expect(stdout).toMatch(/one[\s\S]+1 row[\s\S]+two[\s\S]+1 row/);
  expect(await run('select 1; select nothing')).toMatchObject({ code: 1 });
});

test('without psql, arguments for it are rejected', async () => {
  expect(await run('', '-c', 'select 1')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('psql is not installed'),
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCode, readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { passwordSource } from './password.ts';
import { databaseSettings } from './settings.ts';

function sourceFor(environment: Readonly<Record<string, string>>) {
  const source = passwordSource(readSettings(databaseSettings, environment));
  return typeof source === 'string' ? () => Promise.resolve(source) : source;
}

test('the password of the URL is used unless a file or a command gives it', async () => {
  expect(await sourceFor({ DATABASE_URL: 'postgres://app:p@127.0.0.1/app' })()).toBe('p');
});

test('a password keeps its spaces, and loses the ends of its line', async () => {
  const read = sourceFor({ DATABASE_PASSWORD_COMMAND: "printf ' a\\nb \\r\\n\\n'" });
  expect(await read()).toBe(' a\nb ');
});

test('a password file is read again for every connection', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'password-')), 'password');
  const read = sourceFor({ DATABASE_PASSWORD_FILE: path });
  writeFileSync(path, 'first\n');
  expect(await read()).toBe('first');
  writeFileSync(path, 'second\n');
  expect(await read()).toBe('second');
});

test('the password command is run again for every connection', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'password-')), 'count');
  const read = sourceFor({ DATABASE_PASSWORD_COMMAND: `echo x >> ${path}; wc -l < ${path}` });
  expect((await read()).trim()).toBe('1');
  expect((await read()).trim()).toBe('2');
});

test.each([
  [{ DATABASE_PASSWORD_COMMAND: 'echo no token >&2; exit 3' }, /^DATABASE_PASSWORD_COMMAND failed: no token/],
  [{ DATABASE_PASSWORD_COMMAND: 'exit 3' }, /^DATABASE_PASSWORD_COMMAND failed: Command failed: exit 3$/],
  [{ DATABASE_PASSWORD_COMMAND: 'echo >&2; echo 1 >&2; exit 3' }, /^DATABASE_PASSWORD_COMMAND failed: 1$/],
  [{ DATABASE_PASSWORD_COMMAND: 'true' }, /^DATABASE_PASSWORD_COMMAND failed: it printed nothing/],
  [{ DATABASE_PASSWORD_FILE: '/nowhere' }, /^DATABASE_PASSWORD_FILE: \/nowhere cannot be read/],
])('%o is explained in one line', async (environment, message) => {
  await expect(sourceFor(environment)()).rejects.toMatchObject({
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(/^run the command by hand|^name a file with a password/),
    code: exitCode.failed,
  });
});

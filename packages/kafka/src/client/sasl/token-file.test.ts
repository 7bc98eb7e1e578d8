import { mkdtempDisposableSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCode } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { toUserError } from '../errors.ts';
import { tokenFile } from './token-file.ts';

function createFile(text: string) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'token-'));
  const path = join(folder.path, 'token');
  writeFileSync(path, text);
  return { path, [Symbol.dispose]: () => folder.remove() };
}

test('the file is read for each login', async () => {
  using file = createFile('first\n');
  const tokens = tokenFile(file.path);
  expect(await tokens.current()).toBe('first');
  writeFileSync(file.path, 'second');
  expect(await tokens.current()).toBe('second');
});

test('at the start, a missing file is a usage error that names the setting', () => {
  const message = 'KAFKA_OAUTH_TOKEN_FILE: cannot read /nowhere/token';
  const remedy = 'use the path of a readable file with a bearer token, and replace it by renaming a new one';
  expect(() => tokenFile('/nowhere/token')).toThrow(
    expect.objectContaining({ message, remedy, code: exitCode.usage }),
  );
});

test.each(['', '{"access_token":"a"}', 'two words'])('"%s" is no bearer token', (text) => {
  using file = createFile(text);
  expect(() => tokenFile(file.path)).toThrow(/KAFKA_OAUTH_TOKEN_FILE: .* contains no bearer token$/);
});

test('a file that is missing later is a permanent error that names the setting', async () => {
  using file = createFile('token');
  const tokens = tokenFile(file.path);
  rmSync(file.path);
  const error = await tokens.current().catch(toUserError);
  expect(error).toMatchObject({
    code: exitCode.failed,
    message: expect.stringMatching(/^KAFKA_OAUTH_TOKEN_FILE:/),
  });
});

test('a rejected token is replaced by the process that writes the file', () => {
  using file = createFile('token');
  const tokens = tokenFile(file.path);
  expect(tokens.forget('token')).toBe(false);
  expect(tokens.remedy).toMatch(/^check the process that writes KAFKA_OAUTH_TOKEN_FILE/);
});

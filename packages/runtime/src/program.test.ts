import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type RunOptions, runToy, startToy } from './testing/run-toy.ts';

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

async function settingsOfToy(words: readonly string[], options: RunOptions): Promise<unknown> {
  const { stdout, stderr } = await runToy(words, options);
  return stdout === '' ? stderr : JSON.parse(stdout);
}

test('a flag wins over the environment, that over a .env file, that over the default', async () => {
  const folder = folderWith({ '.env': 'NAME=file\nCOUNT=2\n' });
  const environment = { NAME: 'environment' };
  expect(await settingsOfToy([], {})).toMatchObject({ NAME: 'default', COUNT: 1 });
  expect(await settingsOfToy([], { folder })).toMatchObject({ NAME: 'file', COUNT: 2 });
  expect(await settingsOfToy([], { folder, environment })).toMatchObject({ NAME: 'environment', COUNT: 2 });
  expect(await settingsOfToy(['--name', 'flag'], { folder, environment })).toMatchObject({
    NAME: 'flag',
    COUNT: 2,
  });
});

test('a secret of a flag wins over a file that the environment names, and may come from a file itself', async () => {
  const folder = folderWith({ one: 'from one\n', two: 'from two\n' });
  const environment = { SECRET_FILE: join(folder, 'one') };
  expect(await settingsOfToy([], { environment })).toMatchObject({ SECRET: 'from one' });
  expect(await settingsOfToy(['--secret', 'said'], { environment })).toMatchObject({ SECRET: 'said' });
  const words = ['--secret-file', join(folder, 'two')];
  expect(await settingsOfToy(words, { environment })).toMatchObject({ SECRET: 'from two' });
});

test.each([
  ['well', 0, /^$/],
  ['failure', 1, /^toy: it is broken; mend it\n$/],
  ['check', 3, /^toy: it differs; look at it\n$/],
  ['error', 1, /^toy: unforeseen\n$/],
  ['stop', 0, /^$/],
  ['stop-then-error', 0, /^$/],
  ['leaving-a-handle-open', 0, /^$/],
])('a program that ends in "%s" has exit code %i and says it in one line', async (how, code, line) => {
  expect(await runToy(['end', how])).toEqual({ code, stdout: '', stderr: expect.stringMatching(line) });
});

test('wrong use and wrong settings end with exit code 2, all wrong settings at once', async () => {
  const settings = await runToy(['--count', 'many'], { environment: { LOG_LEVEL: 'loud' } });
  expect(settings).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/COUNT.*\n.*LOG_LEVEL/),
  });
  for (const words of [['--nonsense'], ['nonsense'], ['--share', '2'], ['end']])
    expect(await runToy(words)).toMatchObject({ code: 2, stdout: '' });
});

test('a wrong number is told with the name of its flag', async () => {
  const { stderr } = await runToy(['--share', 'half']);
  expect(stderr).toMatch(/--share <r>.*half.*Expected a number from 0 to 1/);
});

test('an error that nobody caught shows its place, and nothing that it carries', async () => {
  const { code, stderr } = await runToy(['end', 'uncaught']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/nobody caught it\n +at /);
  expect(stderr).not.toContain('alice');
});

test('a stack is shown when the log is at debug', async () => {
  const options = { environment: { LOG_LEVEL: 'debug' } };
  for (const { stderr } of [
    await runToy(['end', 'error'], options),
    await runToy(['end', 'error', '--log-level', 'debug']),
  ])
    expect(stderr).toMatch(/^toy: unforeseen\nError: unforeseen\n +at /);
  expect((await runToy(['end', 'error', '--log-level', 'info'], options)).stderr).toBe('toy: unforeseen\n');
});

test('help opens with examples and names every setting with its default; version is a number', async () => {
  const help = await runToy(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Examples:\n/) });
  expect(help.stdout).toMatch(/--name <value>\s+A name \(NAME,\s+default\s+default\)/);
  expect(await runToy(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
});

test('a program whose reader goes away ends quietly', async () => {
  const child = startToy(['write-for-ever']);
  const [reader, talk] = [child.stdout, child.stderr];
  if (reader === null || talk === null) throw new Error('the output is not piped');
  const said = text(talk);
  await once(reader, 'data');
  reader.destroy();
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(await said).toBe('');
});

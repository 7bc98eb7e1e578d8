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

test('precedence is flag, environment, .env file, default', async () => {
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

test('a secret may be a flag or a file, and the flag has precedence', async () => {
  const folder = folderWith({ one: 'from one\n', two: 'from two\n' });
  const environment = { SECRET_FILE: join(folder, 'one') };
  expect(await settingsOfToy([], { environment })).toMatchObject({ SECRET: 'from one' });
  expect(await settingsOfToy(['--secret', 'flag'], { environment })).toMatchObject({ SECRET: 'flag' });
  const words = ['--secret-file', join(folder, 'two')];
  expect(await settingsOfToy(words, { environment })).toMatchObject({ SECRET: 'from two' });
});

test.each([
  ['well', 0, /^$/],
  ['failure', 1, /^toy: it is broken; fix it\n$/],
  ['check', 3, /^toy: it differs; look at it\n$/],
  ['error', 1, /^toy: unforeseen\n$/],
  ['stop', 0, /^$/],
  ['stop-then-error', 0, /^$/],
  ['leaving-a-handle-open', 0, /^$/],
])('a program that ends with "%s" has exit code %i and prints at most one line', async (how, code, line) => {
  expect(await runToy(['end', how])).toEqual({ code, stdout: '', stderr: expect.stringMatching(line) });
});

test('invalid usage and settings exit with 2, and list all invalid settings', async () => {
  const settings = await runToy(['--count', 'many'], { environment: { LOG_LEVEL: 'loud' } });
  expect(settings).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/COUNT.*\n.*LOG_LEVEL/),
  });
  for (const words of [['--nonsense'], ['nonsense'], ['--share', '2'], ['end']])
    expect(await runToy(words)).toMatchObject({ code: 2, stdout: '' });
});

test('an invalid number is reported with the name of its flag', async () => {
  const { stderr } = await runToy(['--share', 'half']);
  expect(stderr).toMatch(/--share <r>.*half.*Expected a number from 0 to 1/);
});

test('an uncaught error shows its stack but not its fields', async () => {
  const { code, stderr } = await runToy(['end', 'uncaught']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/it was not caught\n +at /);
  expect(stderr).not.toContain('alice');
});

test('LOG_LEVEL=debug shows the stack', async () => {
  const options = { environment: { LOG_LEVEL: 'debug' } };
  for (const { stderr } of [
    await runToy(['end', 'error'], options),
    await runToy(['end', 'error', '--log-level', 'debug']),
  ])
    expect(stderr).toMatch(/^toy: unforeseen\nError: unforeseen\n +at /);
  expect((await runToy(['end', 'error', '--log-level', 'info'], options)).stderr).toBe('toy: unforeseen\n');
});

test('help opens with examples and leaves settings to --help-settings', async () => {
  const help = await runToy(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Examples:\n/) });
  expect(help.stdout).toMatch(/--share <r> +a share\n/);
  expect(help.stdout).not.toContain('--name');
  const settings = await runToy(['--help-settings']);
  expect(settings).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Usage: toy /) });
  expect(settings.stdout).toMatch(/--name <value> +A name \(NAME, default default\)\n/);
  expect(settings.stdout).not.toContain('--share');
});

test('the version is printed as a number', async () => {
  expect(await runToy(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
});

test('"help" prints the help of the program or of a command', async () => {
  expect(await runToy(['help'])).toMatchObject({ code: 0, stdout: (await runToy(['--help'])).stdout });
  const drain = await runToy(['help', 'drain']);
  expect(drain).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: toy drain') });
});

test.each([
  [['drian'], "error: unknown command 'drian'\n(Did you mean drain?)\n(see --help)\n"],
  [['hepl'], "error: unknown command 'hepl'\n(Did you mean help?)\n(see --help)\n"],
  [['nonsense'], "error: unknown command 'nonsense'\n(see --help)\n"],
  [['--nmae', 'a'], "error: unknown option '--nmae'\n(Did you mean --name?)\n(see --help)\n"],
])('a misspelt word, "%s", is answered with a suggestion', async (words, stderr) => {
  expect(await runToy(words)).toEqual({ code: 2, stdout: '', stderr });
});

test('LOG_FORMAT=json makes the final error a log line', async () => {
  for (const { code, stderr } of [
    await runToy(['end', 'failure'], { environment: { LOG_FORMAT: 'json' } }),
    await runToy(['end', 'failure', '--log-format', 'json']),
  ]) {
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ level: 'fatal', name: 'toy', msg: 'it is broken; fix it' });
  }
});

test('a closed pipe ends the program quietly', async () => {
  const child = startToy(['write-forever']);
  const [reader, diagnostics] = [child.stdout, child.stderr];
  if (reader === null || diagnostics === null) throw new Error('the output is not piped');
  const written = text(diagnostics);
  await once(reader, 'data');
  reader.destroy();
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(await written).toBe('');
});

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'producer-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: readonly string[]) {
  return promisify(execFile)(process.execPath, ['--conditions=source', main, ...words]);
}

function fileOf(lines: string): string {
  const path = join(folder, 'events.ndjson');
  writeFileSync(path, lines);
  return path;
}

test('an unreadable file ends with exit code 2 before the producer connects', async () => {
  await expect(run('--from', '/nonexistent', '--kafka-brokers', '127.0.0.1:1')).rejects.toMatchObject({
    code: 2,
    stderr: 'producer: cannot read /nonexistent; name a readable file, or - for stdin\n',
  });
});

test('a flag of the simulation conflicts with --from', async () => {
  await expect(run('--from', 'events.ndjson', '--seed', '10')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("'--from <file>' cannot be used with option '--seed <n>'"),
  });
});

test('the examples of all types pass the check, and nothing is sent', async () => {
  const nowhere = ['--kafka-brokers', '127.0.0.1:1'];
  const { stdout: lines } = await run('--example', ...nowhere);
  const { stdout: report } = await run('--check', fileOf(lines), '--json', ...nowhere);
  expect(JSON.parse(report)).toMatchObject({ records: 5, duplicates: 0, rejected: [], skipped: 0 });
});

test('a check of invalid lines prints their numbers and ends with exit code 3', async () => {
  const { stdout: line } = await run('--type', 'signup', '--example');
  const path = fileOf(`${line}\r\n{}\n${line}{"`);
  await expect(run('--check', path)).rejects.toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/lacks the member event_id +line 3\n.*is not JSON +line 5\n$/),
    stderr:
      'producer: 2 of 4 records would become dead letters; change the definition (EVENTS), or fix the producer\n',
  });
});

test('an example of an unknown type is a usage error that lists the types', async () => {
  await expect(run('--type', 'order', '--example')).rejects.toMatchObject({
    code: 2,
    stderr:
      'producer: the definition has no type order; use one of page_view, search, add_to_cart, purchase, signup\n',
  });
});

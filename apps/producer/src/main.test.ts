import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');

test('an unreadable file ends with exit code 2 before the producer connects', async () => {
  const words = ['--conditions=source', main, '--from', '/nonexistent', '--kafka-brokers', '127.0.0.1:1'];
  await expect(promisify(execFile)(process.execPath, words)).rejects.toMatchObject({
    code: 2,
    stderr: 'producer: cannot read /nonexistent; name a readable file, or - for stdin\n',
  });
});

test('a flag of the simulation conflicts with --from', async () => {
  const words = ['--conditions=source', main, '--from', 'events.ndjson', '--seed', '10'];
  await expect(promisify(execFile)(process.execPath, words)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("'--from <file>' cannot be used with option '--seed <n>'"),
  });
});

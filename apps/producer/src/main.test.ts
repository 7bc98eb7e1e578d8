import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');

test('a flag of the simulation beside a file is refused, not passed over', async () => {
  const words = ['--conditions=source', main, '--from', 'events.ndjson', '--seed', '10'];
  await expect(promisify(execFile)(process.execPath, words)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("'--from <file>' cannot be used with option '--seed <n>'"),
  });
});

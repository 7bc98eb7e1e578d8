import { PassThrough } from 'node:stream';
import { UserError } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { confirm } from './confirm.ts';

/** Answers the confirmation with some keys. */
function press(keys: string, isTTY = true): Promise<void> {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  stderr.once('data', () => stdin.write(keys));
  return confirm('purge it', false, { stdin, stderr });
}

test.each(['y\r', 'YES\r', ' yes \r'])('%j confirms', async (keys) => {
  await expect(press(keys)).resolves.toBeUndefined();
});

test.each([
  ['no', 'n\r'],
  ['Enter', '\r'],
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
])('%s cancels', async (_, keys) => {
  await expect(press(keys)).rejects.toEqual(new UserError('cancelled', 'answer y to continue'));
});

test('a confirmation without a terminal is a usage error', async () => {
  await expect(press('y\r', false)).rejects.toMatchObject({ code: 2 });
});

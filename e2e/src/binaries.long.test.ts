/** @module-tag long */
import { readFile } from 'node:fs/promises';
import { isNightly } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { buildBinary, copyRepository } from './support/programs/binaries.ts';

/** An executable that is built in a folder of its own. */
async function buildElsewhere(): Promise<Buffer> {
  await using copy = await copyRepository('consumer');
  return await readFile(await buildBinary('consumer', copy.folder, '0123456789ab'));
}

test.runIf(isNightly)('builds are reproducible in another folder', async () => {
  const first = await buildElsewhere();
  expect(first.equals(await buildElsewhere())).toBe(true);
});

import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { findViolations, noViolations } from './support/data/invariants.ts';
import { chooseSeed } from './support/data/random.ts';
import { runApp } from './support/programs/programs.ts';
import { waitUntil } from './support/programs/wait.ts';
import { countEvents, settle } from './support/system/fault.ts';
import { type System, startSystem } from './support/system/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

/** Minimum number of events stored after the backup. */
const LOST = 3_000;

test('a restored database catches up, with every event stored exactly once', { tags: 'long' }, async () => {
  await using system = await startSystem(inject('brokers'), { seed, rate: 1_000 });
  const { fleet, postgres, watch } = system;
  await waitForEvents(system, 2_000);
  const data = join(postgres.folder, 'data');
  const backup = join(postgres.folder, 'backup');
  await whileStopped(system, () => copyFolder(data, backup));
  const atBackup = await countEvents(system);
  await waitForEvents(system, atBackup + LOST);
  await fleet.endAll('SIGTERM');
  // Kafka's committed offsets are ahead of the restored database.
  watch.expectRewind();
  await whileStopped(system, async () => {
    await rm(data, { recursive: true });
    await copyFolder(backup, data);
  });
  expect(await countEvents(system)).toBeLessThanOrEqual(atBackup);
  expect(await findViolations(system.operator)).toEqual(noViolations);

  for (let members = 0; members < 2; members++) fleet.start();
  expect(await settle(system)).toEqual([]);
  expect(await countEvents(system)).toBeGreaterThanOrEqual(atBackup + LOST);
  const verified = await runApp('stats', ['verify'], system.pipeline.environment);
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/everything adds up/) });
});

/** Preserves owners and permissions, because the files belong to the account of Postgres. */
async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to]);
}

/** Runs an action while Postgres is stopped. */
async function whileStopped({ postgres }: System, work: () => Promise<unknown>): Promise<void> {
  await postgres.kill('SIGINT');
  await work();
  await postgres.start();
}

async function waitForEvents(system: System, events: number): Promise<void> {
  await waitUntil(async () => (await countEvents(system)) >= events);
}

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, waitForEvidence } from '../support/fault.ts';
import { findStall } from '../support/recovery.ts';
import { onSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import type { System } from '../support/system.ts';

/** A part of Postgres's folder is on a small disk while something is done, and is put back afterwards. */
function onFullDisk(
  name: string,
  part: string,
  breakAndMend: (system: System, disk: SmallDisk) => Promise<void>,
): Fault {
  return {
    name,
    unavailable: whyNoSmallDisk,
    async inject(system) {
      const { postgres } = system;
      await postgres.kill('SIGINT');
      await onSmallDisk(join(postgres.folder, part), async (disk) => {
        await postgres.start();
        // SIGQUIT ends it without a checkpoint, and with all its processes: the folder moves next.
        await breakAndMend(system, disk).finally(() => postgres.kill('SIGQUIT'));
      });
      await postgres.start();
    },
  };
}

/** Statements fail, and succeed as soon as there is room: nobody restarts anything. */
const diskFull = onFullDisk("Postgres's disk is full (53100)", 'data', async (system, disk) => {
  const seen = waitForEvidence(system, /\(53100\)/);
  await disk.fill();
  await seen;
  await sleep(3_000);
  await disk.free();
  const stall = await findStall(system);
  if (stall.length > 0) throw new Error(stall.join(', '));
});

/** Postgres ends itself when it cannot write its log ahead, and must be started again. */
const walDiskFull = onFullDisk("the disk of Postgres's log is full", 'data/pg_wal', async (system, disk) => {
  await disk.fill();
  const seen = waitForEvidence(system, /waiting for Postgres/);
  await switchLogUntilItFails(system);
  await seen;
  await sleep(3_000);
  await system.postgres.kill();
  await disk.free();
  await system.postgres.start();
});

/** Each switch takes a new file; those that were kept to be used again run out at last. */
async function switchLogUntilItFails({ operator }: System): Promise<void> {
  const isSwitched = () =>
    operator
      .run((sql) => sql`select pg_switch_wal()`)
      .then(
        () => true,
        () => false,
      );
  while (await isSwitched()) await sleep(100);
}

/** What happens to Postgres's disk. */
export const diskFaults = { diskFull, walDiskFull };

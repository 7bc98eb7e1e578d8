import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/servers/small-disk.ts';
import { type Fault, watchForEvidence } from '../support/system/fault.ts';
import { findStall } from '../support/system/recovery.ts';
import type { System } from '../support/system/system.ts';

/** Moves a part of Postgres's data to a small disk for the duration of the fault. */
function onFullDisk(
  name: string,
  part: string,
  breakAndRepair: (system: System, disk: SmallDisk) => Promise<void>,
): Fault {
  return {
    name,
    unavailable: whyNoSmallDisk,
    async inject(system) {
      const { postgres } = system;
      await postgres.kill('SIGINT');
      await onSmallDisk(join(postgres.folder, part), async (disk) => {
        await postgres.start();
        // SIGQUIT stops all its processes without a checkpoint, before the folder is moved.
        await breakAndRepair(system, disk).finally(() => postgres.kill('SIGQUIT'));
      });
      await postgres.start();
    },
  };
}

/** Statements fail until there is free space again; no restart is needed. */
const diskFull = onFullDisk("Postgres's disk is full (53100)", 'data', async (system, disk) => {
  const seen = watchForEvidence(system, /\(53100\)/);
  await disk.fill();
  await seen();
  await sleep(3_000);
  await disk.free();
  const stall = await findStall(system);
  if (stall.length > 0) throw new Error(stall.join(', '));
});

/** Postgres crashes when it cannot write its WAL, and must be restarted. */
const walDiskFull = onFullDisk("Postgres's WAL disk is full", 'data/pg_wal', async (system, disk) => {
  await disk.fill();
  const seen = watchForEvidence(system, /waiting for Postgres/);
  await switchWalUntilItFails(system);
  await seen();
  await sleep(3_000);
  await system.postgres.kill();
  await disk.free();
  await system.postgres.start();
});

/** Each switch takes a new segment, until the recycled ones run out. */
async function switchWalUntilItFails({ operator }: System): Promise<void> {
  const isSwitched = () =>
    operator
      .run((sql) => sql`select pg_switch_wal()`)
      .then(
        () => true,
        () => false,
      );
  while (await isSwitched()) await sleep(100);
}

/** Faults of Postgres's disk. */
export const diskFaults = { diskFull, walDiskFull };

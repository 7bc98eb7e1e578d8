import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { countEvents, settle, waitForEvidence } from './support/fault.ts';
import type { EndSignal } from './support/fleet.ts';
import { blackhole } from './support/proxy.ts';
import { chooseSeed } from './support/random.ts';
import { findStall } from './support/recovery.ts';
import { type System, startSystem } from './support/system.ts';
import { waitForLog, waitUntil } from './support/wait.ts';
import { readNextOffsets } from './support/watch.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

/** What the contract gives a stop, and a supervisor waits before it kills. */
const STOP_MS = 10_000;
const ROUNDS = 4;

/** How all consumers end after a signal: their exit codes, and whether that took longer than it may. */
async function stopAll({ fleet }: System, signal: EndSignal) {
  const startedAt = performance.now();
  const ended = await fleet.endAll(signal);
  return { codes: ended.map(({ code }) => code), isLate: performance.now() - startedAt > STOP_MS };
}

/** What stands in Postgres and not in Kafka's group: the next start would read it again. */
async function findUncommitted({ pipeline, operator }: System): Promise<readonly string[]> {
  const ledger = await readNextOffsets(operator, pipeline.topic);
  const open = (await pipeline.offsets()).filter(
    ({ partition, committed }) => (committed ?? 0n) !== (ledger.get(partition) ?? 0n),
  );
  return open.map(({ partition, committed }) => `${partition}: ${committed}, not ${ledger.get(partition)}`);
}

/** How long a commit that is on its way to Kafka may take to arrive, many times over. */
const ON_ITS_WAY_MS = 300;

async function committedOffsets({ pipeline }: System) {
  await sleep(ON_ITS_WAY_MS);
  return (await pipeline.offsets()).map(({ partition, committed }) => ({ partition, committed }));
}

/** Until so many more events are in Postgres. */
async function waitForMore(system: System, events: number): Promise<void> {
  const goal = (await countEvents(system)) + events;
  await waitUntil(async () => (await countEvents(system)) >= goal);
}

test.concurrent.each(['SIGTERM', 'SIGINT'] as const)(
  '%s under load ends every consumer with 0 within 10 s, and the next start replays nothing',
  async (signal) => {
    await using system = await startSystem(inject('brokers'), { seed });
    for (let round = 0; round < ROUNDS; round++) {
      expect(await findStall(system)).toEqual([]);
      await waitForMore(system, 200 + 600 * system.random());
      expect(await stopAll(system, signal)).toEqual({ codes: [0, 0], isLate: false });
      expect(await findUncommitted(system)).toEqual([]);
      const first = system.fleet.start();
      await waitForLog(first, /joined the group/);
      expect(first.said()).not.toMatch(/re-reading records that are already stored/);
      await waitForLog(system.fleet.start(), /joined the group/);
    }
    expect(await settle(system)).toEqual([]);
  },
);

test.concurrent('a stop while Postgres is away ends with 0 within 10 s, and commits nothing', async () => {
  await using system = await startSystem(inject('brokers'), { seed, size: 1 });
  await waitForMore(system, 300);
  const seen = waitForEvidence(system, /waiting for Postgres/);
  await system.postgres.kill();
  await seen;
  const before = await committedOffsets(system);
  expect(await stopAll(system, 'SIGTERM')).toEqual({ codes: [0], isLate: false });
  expect(await committedOffsets(system)).toEqual(before);
  await system.postgres.start();
  system.fleet.start();
  expect(await settle(system)).toEqual([]);
});

test.concurrent('a stop while Postgres is in a black hole ends with 0 within 10 s, and commits nothing', async () => {
  await using system = await startSystem(inject('brokers'), { seed, size: 1 });
  await enterBlackhole(system);
  const before = await committedOffsets(system);
  expect(await stopAll(system, 'SIGTERM')).toEqual({ codes: [0], isLate: false });
  expect(await committedOffsets(system)).toEqual(before);
  await system.postgresProxy.heal();
  system.fleet.start();
  expect(await settle(system)).toEqual([]);
});

test.concurrent('a second signal ends a stop that cannot finish, with 1', async () => {
  await using system = await startSystem(inject('brokers'), { seed, size: 1 });
  await enterBlackhole(system);
  const [consumer] = system.fleet.running;
  consumer?.process.kill('SIGTERM');
  await sleep(1_000);
  expect(consumer?.process.exitCode).toBeNull();
  expect(await stopAll(system, 'SIGTERM')).toMatchObject({ codes: [1] });
  await system.postgresProxy.heal();
  system.fleet.start();
  expect(await settle(system)).toEqual([]);
});

/** Nothing comes back from Postgres any more, and a statement is on its way. */
async function enterBlackhole(system: System): Promise<void> {
  await waitForMore(system, 300);
  system.postgresProxy.trouble(blackhole);
  await waitUntil(() => system.postgresProxy.hits > 2);
  await sleep(500);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { chooseSeed } from './support/data/random.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { blackhole } from './support/servers/proxy.ts';
import { countEvents, settle, watchForEvidence } from './support/system/fault.ts';
import type { EndSignal } from './support/system/fleet.ts';
import { findStall } from './support/system/recovery.ts';
import { type System, startSystem } from './support/system/system.ts';
import { readNextOffsets } from './support/system/watch.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

/** Documented limit of a shutdown, after which supervisors usually kill a process. */
const STOP_MS = 10_000;

let system: System;

beforeAll(async () => {
  system = await startSystem(inject('brokers'), { seed });
});

async function restart(): Promise<void> {
  while (system.fleet.running.length < 2) await waitForLog(system.fleet.start(), /joined the group/);
  expect(await findStall(system)).toEqual([]);
}

beforeEach(restart);

/** All of these stops lose and duplicate nothing. */
afterAll(async () => {
  await using _ended = system;
  await restart();
  expect(await settle(system)).toEqual([]);
}, 300_000);

/** Stops all consumers. Returns their exit codes and whether they exceeded `STOP_MS`. */
async function stopAll(signal: EndSignal) {
  const startedAt = performance.now();
  const ended = await system.fleet.endAll(signal);
  return { codes: ended.map(({ code }) => code), isLate: performance.now() - startedAt > STOP_MS };
}

/**
 * Partitions whose committed offset differs from the ledger, so that the next start would re-read records.
 */
async function findUncommitted(): Promise<readonly string[]> {
  const { pipeline, operator } = system;
  const ledger = await readNextOffsets(operator, pipeline.topic);
  const open = (await pipeline.offsets()).filter(
    ({ partition, committed }) => (committed ?? 0n) !== (ledger.get(partition) ?? 0n),
  );
  return open.map(({ partition, committed }) => `${partition}: ${committed}, not ${ledger.get(partition)}`);
}

/** Far more than an offset commit in flight needs to reach Kafka. */
const COMMIT_IN_FLIGHT_MS = 300;

async function committedOffsets() {
  await sleep(COMMIT_IN_FLIGHT_MS);
  return (await system.pipeline.offsets()).map(({ partition, committed }) => ({ partition, committed }));
}

/** Waits until a number of further events is stored. */
async function waitForMore(events: number): Promise<void> {
  const goal = (await countEvents(system)) + events;
  await waitUntil(async () => (await countEvents(system)) >= goal);
}

/** Makes Postgres unresponsive while a statement is in flight. */
async function makePostgresUnresponsive(): Promise<void> {
  await waitForMore(300);
  system.postgresProxy.trouble(blackhole);
  await waitUntil(() => system.postgresProxy.hits > 2);
  await sleep(500);
}

async function expectStop(signal: EndSignal): Promise<void> {
  await waitForMore(200 + 600 * system.random());
  expect(await stopAll(signal)).toEqual({ codes: [0, 0], isLate: false });
  expect(await findUncommitted()).toEqual([]);
  const first = system.fleet.start();
  await waitForLog(first, /joined the group/);
  expect(first.stderr()).not.toMatch(/re-reading records that are already stored/);
}

const name = '%s under load exits with 0 within 10 s, and no record is replayed';

/** Rounds differ in the moment at which the signal arrives; both signals take the same path. */
test.each(['SIGTERM'] as const)(name, expectStop);
test.each(['SIGINT', 'SIGTERM'] as const)(name, { tags: 'long' }, expectStop);

test('a stop with Postgres down exits with 0 within 10 s and commits nothing', { tags: 'long' }, async () => {
  const seen = watchForEvidence(system, /waiting for Postgres/);
  await system.postgres.kill();
  await seen();
  const before = await committedOffsets();
  expect(await stopAll('SIGTERM')).toEqual({ codes: [0, 0], isLate: false });
  expect(await committedOffsets()).toEqual(before);
  await system.postgres.start();
});

test('a stop with Postgres frozen exits with 0 within 10 s and commits nothing', async () => {
  await makePostgresUnresponsive();
  const before = await committedOffsets();
  expect(await stopAll('SIGTERM')).toEqual({ codes: [0, 0], isLate: false });
  expect(await committedOffsets()).toEqual(before);
  await system.postgresProxy.heal();
});

test('a second signal ends a blocked shutdown with exit code 1', { tags: 'long' }, async () => {
  await makePostgresUnresponsive();
  const consumers = system.fleet.running;
  for (const consumer of consumers) consumer.process.kill('SIGTERM');
  await sleep(1_000);
  expect(consumers.map((consumer) => consumer.process.exitCode)).toEqual([null, null]);
  expect(await stopAll('SIGTERM')).toMatchObject({ codes: [1, 1] });
  await system.postgresProxy.heal();
});

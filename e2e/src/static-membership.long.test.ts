/** @module-tag long */
import { isNightly } from '@pipeline/testing';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { PLANNED_MAX_BYTES } from './support/data/plan.ts';
import { chooseSeed } from './support/data/random.ts';
import { type Environment, type Program, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { settle, warmUp } from './support/system/fault.ts';
import { type System, startSystem } from './support/system/system.ts';

const seed = chooseSeed();
console.info(`E2E_SEED=${seed}`);

const instances = ['consumer-0', 'consumer-1', 'consumer-2'] as const;
/** Longer than a restart, also on a busy machine. */
const patience: Environment = { KAFKA_SESSION_TIMEOUT_MS: '60000' };
const isStatic = (id: string): Environment => ({ ...patience, KAFKA_GROUP_INSTANCE_ID: id });

let system: System;

beforeEach(async () => {
  system = await startSystem(inject('brokers'), { seed, size: 0 });
  await logWrites(system);
});

afterEach(() => system[Symbol.asyncDispose]());

/** Notes the time of every write, by partition. */
async function logWrites({ operator }: System): Promise<void> {
  await operator.run((sql) =>
    sql
      .unsafe(
        `create table writes (partition int, at timestamptz);
         create function log_write() returns trigger language plpgsql security definer as $$
           begin insert into public.writes values (new.partition, clock_timestamp()); return new; end $$;
         create trigger log_write after update on ingest_progress for each row
           when (new.next_offset > old.next_offset) execute function log_write()`,
      )
      .simple(),
  );
}

/**
 * The longest times in milliseconds that partitions were idle, up to the first restart and from then on. Less the time
 * in which no partition was written: on a busy machine, all of them stall.
 */
async function readIdleMs({ operator }: System, firstRestart: number) {
  const rows = await operator.run(
    (sql) => sql<{ partition: number; from: number; ms: number }[]>`
      with gaps as (select partition, at, lag(at) over (partition by partition order by at) as since from writes),
           stalls as (select at, lag(at) over (order by at) as since from writes)
      select partition, extract(epoch from since)::float * 1000 as from, 1000 * (extract(epoch from at - since)::float - (
        select max(extract(epoch from least(stalls.at, gaps.at) - greatest(stalls.since, gaps.since)))::float
        from stalls where stalls.at > gaps.since and stalls.since < gaps.at
      )) as ms
      from gaps where since is not null and at - since > interval '0.2 s'`,
  );
  const longest = (some: typeof rows) => Math.max(0, ...some.map(({ ms }) => ms));
  return {
    before: longest(rows.filter(({ from }) => from < firstRestart)),
    after: (partition: number) =>
      longest(rows.filter((one) => one.partition === partition && one.from >= firstRestart)),
  };
}

/** The assignments that a consumer got, and their generations. */
function joinsOf(program: Program) {
  const joins = program.stderr().matchAll(/"partitions":\["[^"]+\/(\d)"\],"generation":(\d+)/g);
  return [...joins].map(([, partition, generation]) => ({
    partition: Number(partition),
    generation: Number(generation),
  }));
}

/** The group's generation, once each of the running consumers has one partition in it. */
async function waitForGeneration({ fleet }: Pick<System, 'fleet'>): Promise<number> {
  const latest = () => fleet.running.map((program) => joinsOf(program).at(-1));
  await waitUntil(() => {
    const generations = new Set(latest().map((join) => join?.generation));
    return generations.size === 1 && new Set(latest().map((join) => join?.partition)).size === 3;
  });
  return latest()[0]?.generation ?? Number.NaN;
}

async function committedOf({ pipeline }: System, partition: number): Promise<bigint> {
  const offsets = await pipeline.offsets();
  return offsets.find((one) => one.partition === partition)?.committed ?? 0n;
}

/** Stops a consumer, and starts it again. Returns how long it was until it committed offsets again. */
async function restart(running: System, program: Program, change: Environment) {
  const { fleet } = running;
  const partition = joinsOf(program).at(-1)?.partition ?? Number.NaN;
  const startedAt = Date.now();
  const { code } = await fleet.end(program, 'SIGTERM');
  const committed = await committedOf(running, partition);
  const started = fleet.start(change);
  await waitForLog(started, /joined the group/);
  await waitUntil(async () => (await committedOf(running, partition)) > committed);
  return { code, partition, startedAt, ms: Date.now() - startedAt };
}

/** Starts three consumers, and restarts each of them under load. */
async function restartAll(running: System, settingsOf: (id: string) => Environment) {
  for (const id of instances) await waitForLog(running.fleet.start(settingsOf(id)), /joined the group/);
  const before = await waitForGeneration(running);
  await warmUp(running);
  const restarts = [];
  for (const [index, program] of running.fleet.running.entries())
    restarts.push(await restart(running, program, settingsOf(instances[index] ?? '')));
  return { before, after: await waitForGeneration(running), restarts };
}

test('static members restart in one generation, and each only delays its own partition', async () => {
  const { before, after, restarts } = await restartAll(system, isStatic);
  expect(after).toBe(before);
  expect(restarts.map(({ code }) => code)).toEqual([0, 0, 0]);
  const idle = await readIdleMs(system, restarts[0]?.startedAt ?? Number.NaN);
  const tooLong = restarts.filter(({ partition, ms }) => idle.after(partition) > ms + idle.before);
  expect(tooLong).toEqual([]);
  expect(await settle(system)).toEqual([]);
});

test.runIf(isNightly)('a rolling restart of dynamic members changes the generation', async () => {
  const { before, after } = await restartAll(system, () => patience);
  expect(after).toBeGreaterThan(before);
  expect(await settle(system)).toEqual([]);
});

test('a frozen member that was replaced exits when it wakes, and stores nothing twice', async () => {
  const { pipeline, fleet, writerUrl } = system;
  const limits = { EVENT_MAX_BYTES: String(PLANNED_MAX_BYTES), COPY_MIN_EVENTS: '2' };
  const settings = { ...pipeline.environment, ...limits, ...isStatic('consumer-0'), DATABASE_URL: writerUrl };
  await using frozen = startApp('consumer', [], settings);
  await waitForLog(frozen, /joined the group/);
  await warmUp(system);
  frozen.process.kill('SIGSTOP');
  await waitForLog(fleet.start(isStatic('consumer-0')), /joined the group/);
  await warmUp(system);
  frozen.process.kill('SIGCONT');
  const { code, stderr } = await frozen.ended;
  expect(code).toBe(1);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/KAFKA_GROUP_INSTANCE_ID/);
  expect(await settle(system)).toEqual([]);
});

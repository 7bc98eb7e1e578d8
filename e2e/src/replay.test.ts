import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { fingerprint, listViolations } from './support/data/invariants.ts';
import { purchaseOf } from './support/data/oracle.ts';
import { type Environment, runApp, startApp } from './support/programs/programs.ts';
import { waitUntil } from './support/programs/wait.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const OLD = '2026-11-20T09:30:00Z';

interface Report {
  readonly records: number;
  readonly stored: readonly { readonly eventType: string; readonly count: number }[];
  readonly [member: string]: unknown;
}

/** Runs a replay, and returns its report. */
async function replay(environment: Environment, ...args: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await runApp('consumer', ['replay', '--json', ...args], environment);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

async function drain({ environment }: Pipeline): Promise<void> {
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
}

async function storedCount({ database }: Pipeline): Promise<number> {
  const [row] = await database.run((sql) => sql<{ n: number }[]>`select count(*)::int as n from raw_events`);
  return row?.n ?? -1;
}

/** A definition that also has the type `teleport`, which the built-in one does not have. */
async function writeTeleport(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'));
  const path = join(folder, 'events.ts');
  await writeFile(
    path,
    `import { defineEvents, eventType, Type } from '@pipeline/schema';
const payload = (members) => Type.Object(members, { additionalProperties: true });
export default defineEvents({ types: [
  eventType('page_view', payload({ path: Type.String() })),
  eventType('purchase', payload({ amount: Type.Number() })),
  eventType('teleport', payload({ path: Type.String() })),
] });
`,
  );
  return path;
}

/** Valid events, old ones that roll-ups count, ones of an unknown type, ones that jsonb cannot hold and broken records. */
function mixture(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const partition = index % 3;
    if (index % 11 === 3) return { key: null, value: Buffer.from('{'), partition };
    if (index % 13 === 5) return jsonRecord(createEvent({ payload: { path: 'a\u0000b' } }), { partition });
    const old = index % 5 === 2 ? { event_time: OLD, ...purchaseOf(index) } : {};
    const change = index % 7 === 1 ? { event_type: 'teleport' } : old;
    return jsonRecord(createEvent(change), { partition });
  });
}

/** Publishes records twice, and drains them. */
async function fill(pipeline: Pipeline, count: number): Promise<void> {
  const records = mixture(count);
  await pipeline.publish([...records, ...records]);
  await drain(pipeline);
}

const purgeOld = ({ environment }: Pipeline) =>
  runApp('stats', ['purge', '--before', '2026-11-21', '--yes'], environment);

async function expectConsistent({ database, environment }: Pipeline, isPurged = false): Promise<void> {
  const violations = await listViolations(database);
  expect(violations.filter((line) => !isPurged || !line.startsWith('rowsOffLedger'))).toEqual([]);
  expect(await runApp('stats', ['verify'], environment)).toMatchObject({ code: 0 });
}

test('a replay of stored events changes nothing, and joins no group', async () => {
  await using pipeline = await createPipeline();
  await fill(pipeline, 100);
  const before = await fingerprint(pipeline.database);
  const report = await replay(pipeline.environment, '--from', '0');
  expect(report).toMatchObject({ records: 200, stored: [], purged: 0, isInterrupted: false });
  expect(await fingerprint(pipeline.database)).toEqual(before);
  expect(await pipeline.describeGroup()).toMatchObject({ members: [] });
});

test('what a purge removed comes back only with --purged, and the tables add up', {
  tags: 'long',
}, async () => {
  await using pipeline = await createPipeline();
  await fill(pipeline, 100);
  const all = await storedCount(pipeline);
  await purgeOld(pipeline);
  const purged = all - (await storedCount(pipeline));
  expect(purged).toBeGreaterThan(10);
  expect(await replay(pipeline.environment, '--from', '0')).toMatchObject({ stored: [], purged: 2 * purged });
  expect(await storedCount(pipeline)).toBe(all - purged);
  expect(await replay(pipeline.environment, '--from', '0', '--purged')).toMatchObject({
    stored: [{ eventType: 'purchase', count: purged }],
    purged: 0,
  });
  expect(await storedCount(pipeline)).toBe(all);
  await expectConsistent(pipeline, true);
});

test('a dry run under load reports exactly what the replay then does', async () => {
  await using pipeline = await createPipeline();
  const from = new Date().toISOString();
  await fill(pipeline, 3_000);
  await purgeOld(pipeline);
  await sleep(5);
  const to = new Date().toISOString();
  const environment = { ...pipeline.environment, EVENTS: await writeTeleport() };
  await using _producer = startApp('producer', ['--rate', '500'], pipeline.environment);
  await using _consumer = startApp('consumer', [], pipeline.environment);
  const before = await storedCount(pipeline);
  await waitUntil(async () => (await storedCount(pipeline)) > before);
  const range = ['--from', from, '--to', to, '--purged'];
  const dry = await replay(environment, ...range, '--dry-run');
  expect(dry['records']).toBe(6_000);
  expect(dry.stored.map(({ eventType }) => eventType)).toEqual(['purchase', 'teleport']);
  const real = await replay(environment, ...range);
  expect(real).toEqual({ ...dry, dryRun: false });
  expect(await replay(environment, ...range)).toMatchObject({ stored: [], records: 6_000 });
  await expectConsistent(pipeline, true);
});

test('a replay that is killed or stopped at any time leaves the tables consistent', {
  tags: 'long',
}, async () => {
  await using pipeline = await createPipeline();
  await fill(pipeline, 3_000);
  const environment = { ...pipeline.environment, EVENTS: await writeTeleport() };
  const before = await storedCount(pipeline);
  const missing = (await replay(environment, '--from', '0', '--dry-run')).stored[0]?.count ?? 0;
  expect(missing).toBeGreaterThan(300);
  const args = ['replay', '--from', '0', '--rate', '4000', '--json'];
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const start = await storedCount(pipeline);
    await using running = startApp('consumer', args, environment);
    await waitUntil(async () => (await storedCount(pipeline)) > start || running.process.exitCode !== null);
    running.process.kill(signal);
    const { code, stdout } = await running.ended;
    if (signal === 'SIGTERM') {
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ isInterrupted: true });
    }
    await expectConsistent(pipeline);
    expect(await storedCount(pipeline)).toBeLessThan(before + missing);
  }
  await replay(environment, '--from', '0');
  expect(await storedCount(pipeline)).toBe(before + missing);
  await expectConsistent(pipeline);
});

test('wrong positions, topics and partitions are one line with exit code 2', { tags: 'long' }, async () => {
  await using pipeline = await createPipeline();
  await fill(pipeline, 3);
  const attempts = [
    [['--from', 'yesterday'], /Expected an offset, or a time/],
    [['--from', '0', '--topic', 'other'], /--topic names other, which KAFKA_TOPIC does not list/],
    [['--from', '0', '--partition', '9'], /no consumer has read any of these partitions yet/],
  ] as const;
  for (const [args, line] of attempts) {
    const { code, stderr } = await runApp('consumer', ['replay', ...args], pipeline.environment);
    expect([code, stderr]).toEqual([2, expect.stringMatching(line)]);
  }
});

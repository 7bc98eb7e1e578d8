import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { batchOf, row } from '../testing/batches.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { acceptCluster } from './cluster.ts';
import { createWriter } from './writer.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());
beforeEach(() => run('truncate raw_events, agg_events_minute, dlq_events, ingest_progress'));

const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text));

/** The topic of a cluster; each has an id of its own. */
const former = { topic: 'events', topicId: 'a'.repeat(32), clusterId: 'A' };
const present = { topic: 'events', topicId: 'b'.repeat(32), clusterId: 'B' };

const createTestWriter = () => createWriter(fresh.database, (statement) => statement());
const open = (topic: Omit<typeof former, 'clusterId'> & { readonly clusterId?: string }, partition = 0) =>
  createTestWriter().open({ ...topic, partition }, 0n);

const refusal = {
  message: 'the tables have the topic events of Kafka cluster A, and this is cluster B',
  code: 2,
  fix: { name: 'accept-cluster', clusterId: 'B' },
};

const ledger = () =>
  run(`select partition, next_offset - start_offset as accounted, next_offset as next, stored, cluster_id as cluster
       from ingest_progress order by partition`);

test('a topic of the same name in another cluster is refused, and changes nothing', async () => {
  await open(former);
  const before = await ledger();
  for (const partition of [0, 7]) await expect(open(present, partition)).rejects.toMatchObject(refusal);
  expect(await ledger()).toEqual(before);
  expect(await open(former)).toMatchObject({ isRestarted: false, resets: 0 });
});

test('a refused cluster may have other topics in the same tables', async () => {
  await open(former);
  expect(await open({ ...present, topic: 'orders' })).toMatchObject({ nextOffset: 0n });
});

test('after a confirmed move the topic counts as recreated, and the ledger stays true', async () => {
  const writer = createTestWriter();
  for (const partition of [0, 1]) await writer.open({ ...former, partition }, 0n);
  await writer.write(batchOf([row(0), row(1)]));
  expect(await acceptCluster(fresh.database, ['events'], 'B')).toEqual(['events']);
  expect(await acceptCluster(fresh.database, ['events'], 'B')).toEqual([]);
  const mover = createTestWriter();
  expect(await mover.open({ ...present, partition: 0 }, 5n)).toMatchObject({
    nextOffset: 5n,
    isRestarted: true,
  });
  await mover.write(batchOf([row(5)]));
  expect(await ledger()).toEqual([
    { partition: 0, accounted: 3n, next: 6n, stored: 3n, cluster: 'B' },
    { partition: 1, accounted: 0n, next: 0n, stored: 0n, cluster: 'B' },
  ]);
  await expect(writer.write(batchOf([row(2)]))).rejects.toThrow('another consumer has reset the ledger');
  await expect(open(former)).rejects.toThrow('of Kafka cluster B, and this is cluster A');
  await expect(open(former, 1)).rejects.toThrow('of Kafka cluster B, and this is cluster A');
});

test('a confirmed move back is possible at once', async () => {
  await open(former);
  await acceptCluster(fresh.database, ['events'], 'B');
  await open(present);
  await acceptCluster(fresh.database, ['events'], 'A');
  expect(await open(former)).toMatchObject({ isRestarted: true, resets: 4 });
});

test('a confirmed move reads a topic without an id from its start, once', async () => {
  const unnamed = (clusterId: string) => ({ topic: 'events', partition: 0, clusterId });
  const writer = createTestWriter();
  await writer.open(unnamed('A'), 0n);
  await writer.write(batchOf([row(0), row(1)]));
  await acceptCluster(fresh.database, ['events'], 'B');
  const moved = { nextOffset: 0n, isRestarted: true };
  expect(await createTestWriter().open(unnamed('B'), 0n)).toMatchObject(moved);
  expect(await createTestWriter().open(unnamed('B'), 0n)).toMatchObject({ ...moved, isRestarted: false });
  expect(await ledger()).toMatchObject([{ accounted: 2n, next: 0n, stored: 2n, cluster: 'B' }]);
});

test('a confirmed move includes ledgers of an earlier version', async () => {
  const writer = createTestWriter();
  await writer.open({ topic: 'events', partition: 0 }, 0n);
  await writer.write(batchOf([row(0)]));
  expect(await acceptCluster(fresh.database, ['events'], 'B')).toEqual(['events']);
  const moved = { topic: 'events', partition: 0, clusterId: 'B' };
  expect(await createTestWriter().open(moved, 0n)).toMatchObject({ nextOffset: 0n, isRestarted: true });
});

test('a running consumer of the former cluster writes nothing after a confirmed move', async () => {
  const writer = createTestWriter();
  await writer.open({ ...former, partition: 0 }, 0n);
  await acceptCluster(fresh.database, ['events'], 'B');
  await expect(writer.write(batchOf([row(0)]))).rejects.toThrow('another consumer has reset the ledger');
  expect(await ledger()).toMatchObject([{ next: 0n, stored: 0n, cluster: 'B' }]);
});

test('a ledger without a cluster id takes the present one', async () => {
  await open(former);
  await run('update ingest_progress set cluster_id = null');
  expect(await open(former)).toMatchObject({ isRestarted: false });
  expect(await ledger()).toMatchObject([{ cluster: 'A' }]);
});

test('a consumer that does not know its cluster opens any ledger, and keeps its id', async () => {
  await open(former);
  expect(await open({ topic: 'events', topicId: former.topicId })).toMatchObject({ isRestarted: false });
  expect(await ledger()).toMatchObject([{ cluster: 'A' }]);
});

/** As in the version before cluster ids, as far as it names columns. */
const openAsBefore = `
  insert into ingest_progress as ledger (topic, partition, start_offset, next_offset, topic_id, identity)
  values ('events', 0, 0, 0, '${former.topicId}'::uuid, '["id","/event_id",null]')
  on conflict (topic, partition) do update set topic_id = coalesce(excluded.topic_id, ledger.topic_id)`;

test('consumers of the previous version open the same ledgers, before and after', async () => {
  await run(openAsBefore);
  expect(await ledger()).toMatchObject([{ cluster: null }]);
  const writer = createTestWriter();
  await writer.open({ ...former, partition: 0 }, 0n);
  await run(openAsBefore);
  await writer.write(batchOf([row(0)]));
  expect(await ledger()).toMatchObject([{ cluster: 'A', next: 1n, stored: 1n }]);
});

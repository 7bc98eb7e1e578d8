import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { type Environment, runApp, startApp } from './support/programs/programs.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { configureTopic, operate } from './support/servers/kafka-client.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { startLoad } from './support/system/load.ts';

const stack = new AsyncDisposableStack();
/** A pipeline under load: a consumer stores what a producer sends. */
let pipeline: Pipeline;
/** Has topics and tables of its own, without load. */
let other: Pipeline;

beforeAll(async () => {
  pipeline = stack.use(await createPipeline());
  other = stack.use(await createPipeline());
  const consumer = stack.use(startApp('consumer', [], pipeline.environment));
  await waitForLog(consumer, /joined the group/);
  const load = startLoad({ seed: 22, rate: 200, publish: pipeline.publish });
  stack.defer(() => load.stop());
  await waitUntil(async () => (await pipeline.offsets()).every(({ committed = 0n }) => committed > 0n));
});
afterAll(() => stack.disposeAsync());

const run = (text: string) => pipeline.database.run((sql) => sql.unsafe(text).simple());
const both = () => ({ KAFKA_TOPIC: `${pipeline.topic},${other.topic}` });
const databaseOf = ({ environment }: Pipeline) => new URL(environment['DATABASE_URL'] ?? '');
const runDoctor = (environment: Environment = {}, ...args: readonly string[]) =>
  runApp('stats', ['doctor', ...args], { ...pipeline.environment, ...environment });

/** Moves the clock of a program, in milliseconds. */
const withClock = (ms: number) => ({
  NODE_OPTIONS: `--import=data:text/javascript,Date.now=(now=>()=>now()+(${ms}))(Date.now)`,
});

/** A fault that is planted in a sound set-up. */
interface Fault {
  /** Resolves with different settings of the check, if it needs any. */
  readonly plant: () => Promise<Environment> | Environment;
  readonly repair?: () => Promise<unknown>;
  /** Also found. */
  readonly more?: readonly string[];
}

/** A fault of the database, and its repair. */
const inDatabase = (plant: () => string, repair: () => string): Fault => ({
  plant: async () => run(plant()).then(() => ({})),
  repair: () => run(repair()),
});

const turnCluster = () => 'update ingest_progress set cluster_id = reverse(cluster_id)';
const databaseName = () => databaseOf(pipeline).pathname.slice(1);

/** The built-in definition, whose roll-up has another bucket. */
const changedRollups = `
import { shopEvents, sum } from '@pipeline/schema';
const revenue = sum('/amount').by('/currency').per('1 day');
export default { ...shopEvents, rollups: { purchase: { revenue } } };
`;

const faults: Readonly<Record<string, Fault>> = {
  'kafka-unreachable': { plant: () => ({ KAFKA_BROKERS: '127.0.0.1:1' }) },
  'postgres-unreachable': { plant: () => ({ DATABASE_URL: 'postgres://app:app@127.0.0.1:1/app' }) },
  'topic-missing': { plant: () => ({ KAFKA_DLQ_TOPIC: `${pipeline.dlqTopic}_none` }) },
  'dlq-topic-shared': { plant: () => ({ KAFKA_TOPIC: `${pipeline.topic},${pipeline.dlqTopic}` }) },
  'dlq-topic-too-small': {
    plant: async () => {
      await configureTopic(other, other.dlqTopic, { 'max.message.bytes': '1000' });
      return { KAFKA_DLQ_TOPIC: other.dlqTopic };
    },
  },
  'topic-compacted': {
    plant: async () => {
      await configureTopic(other, other.topic, { 'cleanup.policy': 'compact' });
      return both();
    },
  },
  'min-insync-replicas-too-high': {
    plant: async () => {
      await configureTopic(other, other.topic, { 'min.insync.replicas': '2' });
      return both();
    },
  },
  'batches-too-large': { plant: () => ({ DECOMPRESSED_MAX_BYTES: '500000' }) },
  'lag-near-retention': {
    plant: async () => {
      await configureTopic(pipeline, pipeline.topic, { 'retention.ms': '4000' });
      return { KAFKA_GROUP_ID: `${pipeline.groupId}-stopped` };
    },
    repair: () => configureTopic(pipeline, pipeline.topic, {}),
  },
  'unread-records-deleted': {
    plant: async () => {
      const groupId = `${pipeline.groupId}-late`;
      await configureTopic(other, other.topic, {});
      await other.publish([1, 2, 3].map(() => jsonRecord(createEvent(), { partition: 0 })));
      await operate(other, async (operator) => {
        const at = (offset: string) => ({ topic: other.topic, partitions: [{ partition: 0, offset }] });
        await operator.setOffsets({ groupId, ...at('1') });
        await operator.deleteTopicRecords(at('2'));
      });
      return { ...both(), KAFKA_GROUP_ID: groupId };
    },
  },
  'another-cluster': inDatabase(turnCluster, turnCluster),
  'id-rule-changed': inDatabase(
    () => `update ingest_progress set identity = '["cloudevents"]'`,
    () => 'update ingest_progress set identity = null',
  ),
  'schema-not-migrated': inDatabase(
    () => "delete from schema_migrations where name = '0028_dead_letter_topics.sql'",
    () => "insert into schema_migrations (name) values ('0028_dead_letter_topics.sql')",
  ),
  'schema-newer': inDatabase(
    () => "insert into schema_migrations (name) values ('9999_later.sql')",
    () => "delete from schema_migrations where name = '9999_later.sql'",
  ),
  'rollups-differ': {
    plant: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'pipeline-doctor-'));
      stack.defer(() => rm(folder, { recursive: true }));
      await writeFile(join(folder, 'events.ts'), changedRollups);
      return { EVENTS: join(folder, 'events.ts') };
    },
  },
  'role-without-rights': inDatabase(
    () => 'revoke insert on raw_events from pipeline_writer',
    () => 'select grant_to_roles()',
  ),
  'login-without-rights': {
    plant: async () => {
      const login = `stranger_${process.pid}`;
      await run(`create role ${login} login password 'secret'`);
      return {
        DATABASE_URL: Object.assign(databaseOf(pipeline), { username: login, password: 'secret' }).href,
      };
    },
    repair: () => run(`drop role stranger_${process.pid}`),
  },
  'too-few-connections': inDatabase(
    () => `alter database ${databaseName()} connection limit 9`,
    () => `alter database ${databaseName()} connection limit -1`,
  ),
  'synchronous-commit-off': inDatabase(
    () => `alter database ${databaseName()} set synchronous_commit = off`,
    () => `alter database ${databaseName()} reset synchronous_commit`,
  ),
  'statement-timeout-off': { plant: () => ({ DATABASE_POOL_MODE: 'transaction' }) },
  'clock-skew-postgres': { plant: () => withClock(7_200_000) },
  'clock-skew-kafka': { plant: () => withClock(-7_200_000), more: ['clock-skew-postgres'] },
  'partitions-run-out': {
    plant: async () => {
      await runApp('stats', ['partition', '--ahead', '1'], other.environment);
      await other.database.run((sql) =>
        sql.unsafe(`do $$ begin execute format('drop table raw_events_%s',
          to_char((now() at time zone 'UTC') + interval '1 day', 'YYYYMMDD')); end $$`),
      );
      return { DATABASE_URL: databaseOf(other).href };
    },
  },
};

test('nothing is found in a sound set-up under load', async () => {
  const [lines, json] = [await runDoctor(), await runDoctor({}, '--json')];
  expect(lines).toMatchObject({ code: 0, stderr: '' });
  expect(lines.stdout).toMatch(/^nothing found by \d+ checks\n$/);
  expect(json).toMatchObject({ code: 0, stdout: '{"schemaVersion":1,"findings":[]}\n' });
});

test.each(Object.entries(faults))('%s is found by name, and nothing else', async (name, fault) => {
  const environment = await fault.plant();
  try {
    const { code, stdout, stderr } = await runDoctor(environment);
    const lines = stdout.trimEnd().split('\n');
    // Some faults are found once per partition.
    const names = new Set(lines.map((line) => line.split(':')[0]));
    expect([...names]).toEqual([name, ...(fault.more ?? [])]);
    expect(lines[0]).toMatch(/: .+; .+/);
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringMatching(/^stats: findings: /m) });
  } finally {
    await fault.repair?.();
  }
});

test('the load went on, and nothing is found when all faults are repaired', async () => {
  const committed = async () =>
    (await pipeline.offsets()).reduce((sum, one) => sum + (one.committed ?? 0n), 0n);
  const before = await committed();
  await waitUntil(async () => (await committed()) > before);
  expect(await runDoctor()).toMatchObject({ code: 0, stderr: '' });
});

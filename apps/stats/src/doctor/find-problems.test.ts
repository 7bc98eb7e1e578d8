import { UserError } from '@pipeline/runtime';
import type { Rollup } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { checks, type FindingName, findProblems } from './find-problems.ts';
import type { KafkaSetup, PartitionSetup, Setup } from './setup.ts';

const config = {
  'cleanup.policy': 'delete',
  'max.message.bytes': '1048588',
  'min.insync.replicas': '2',
  'retention.bytes': '-1',
  'retention.ms': '604800000',
  'unclean.leader.election.enable': 'false',
};

const topicOf = (topic: string, partitions: number) => ({
  ...{ topic, topicId: 'a1', partitions, replicas: 3 },
  config,
});

/** A partition that is read to its end, as on an idle or a busy topic. */
const partition: PartitionSetup = {
  ...{ topic: 'events', partition: 0, logStart: 0n, logEnd: 100n, committed: 98n },
  ...{ youngFrom: 40n, isSizeLimited: false, futureOffset: undefined },
};

const rollup: Rollup = {
  ...{ eventType: 'purchase', name: 'revenue', viewName: 'rollup_purchase_revenue', bucketMinutes: 60 },
  ...{ aggregate: 'sum', member: ['amount'], dimensions: [{ name: 'currency', path: ['currency'] }] },
  keyLimit: 1_000,
};

const sound = {
  identity: '["id","/event_id",null]',
  rollups: [rollup],
  settings: {
    ...{ topics: ['events'], dlqTopic: 'events_dlq', groupId: 'group', schema: 'team_a' },
    ...{ poolMode: 'session' },
    ...{ statementTimeoutMs: 20_000, consumerConnections: 5, decompressedMaxBytes: 32 << 20 },
  },
  kafka: {
    ...{ clusterId: 'A', brokers: 3, members: 2 },
    topics: [topicOf('events', 3), topicOf('events_dlq', 1)],
    partitions: [partition],
  },
  postgres: {
    ...{ versionNumber: 180_004, encoding: 'UTF8', user: 'app_stats', roles: ['pipeline_reader'] },
    ...{ hasTables: true, mayRead: true, statementTimeoutMs: 20_000, asynchronousUsers: [] },
    limits: [{ of: 'server', limit: 97, open: 14, ownOpen: 12 }],
    ...{ missingRights: {}, clockAheadMs: 0, migrations: { pending: [], unknown: [] }, daysAhead: 7 },
    ledgers: [
      { topic: 'events', clusterId: 'A', identity: '["id","/event_id",null]' },
      { topic: 'events', clusterId: null, identity: null },
    ],
    rollups: [rollup],
  },
} as const satisfies Setup;

const { settings, kafka, postgres } = sound;

/** A set-up in which only this is different. */
const withSettings = (change: Partial<Setup['settings']>): Setup => ({
  ...sound,
  settings: { ...settings, ...change },
});
const withKafka = (change: Partial<KafkaSetup>): Setup => ({ ...sound, kafka: { ...kafka, ...change } });
const withPostgres = (change: object): Setup => ({ ...sound, postgres: { ...postgres, ...change } });
const withConfig = (topic: string, change: object): Setup =>
  withKafka({
    topics: kafka.topics.map((one) =>
      one.topic === topic ? { ...one, config: { ...config, ...change } } : one,
    ),
  });
const withPartition = (change: Partial<PartitionSetup>): Setup =>
  withKafka({ partitions: [partition, { ...partition, partition: 1, ...change }] });

/** A set-up with each of the problems, and the beginning of what is found. */
const broken: Readonly<Record<FindingName, readonly [Setup, string]>> = {
  'kafka-unreachable': [
    { ...sound, kafka: new UserError('Kafka does not respond', 'start it') },
    'Kafka does not respond',
  ],
  'kafka-right-missing': [
    withKafka({ topics: [topicOf('events', 3), { ...topicOf('events_dlq', 1), config: 'denied' }] }),
    'this user lacks DESCRIBE_CONFIGS on topic events_dlq',
  ],
  'kafka-version-unsupported': [
    withKafka({ topics: kafka.topics.map((one) => ({ ...one, topicId: undefined })) }),
    'the brokers return no topic ids',
  ],
  'lag-near-retention': [
    withPartition({ committed: 30n }),
    'events/1 has 10 unread records that are older than half of its retention time',
  ],
  'unread-records-deleted': [
    withPartition({ logStart: 50n, committed: 49n }),
    'events/1 starts at offset 50, and the group has read up to 49',
  ],
  'clock-skew-kafka': [
    withPartition({ futureOffset: 7n }),
    'events/1 has a record at offset 7 that is dated',
  ],
  'topic-missing': [withKafka({ topics: [topicOf('events', 3)] }), 'there is no topic events_dlq'],
  'dlq-topic-shared': [
    withSettings({ topics: ['events', 'events_dlq'] }),
    'KAFKA_DLQ_TOPIC events_dlq is also a topic of KAFKA_TOPIC',
  ],
  'too-few-partitions': [
    withKafka({ members: 4 }),
    'the group group has 4 members, and its topics only 3 partitions',
  ],
  'topic-compacted': [
    withConfig('events', { 'cleanup.policy': 'compact,delete' }),
    'topic events has cleanup.policy=compact,delete: of events with one key',
  ],
  'topic-not-replicated': [
    withKafka({
      topics: [
        topicOf('events', 3),
        { ...topicOf('events_dlq', 1), replicas: 2, config: { ...config, 'min.insync.replicas': '1' } },
      ],
    }),
    'topic events_dlq has a replication factor of 2 on 3 brokers',
  ],
  'min-insync-replicas-too-high': [
    withConfig('events', { 'min.insync.replicas': '3' }),
    'topic events has min.insync.replicas=3 and a replication factor of 3: writes stop',
  ],
  'min-insync-replicas-too-low': [
    withConfig('events', { 'min.insync.replicas': '1' }),
    'topic events has min.insync.replicas=1',
  ],
  'unclean-election-enabled': [
    withConfig('events', { 'unclean.leader.election.enable': 'true' }),
    'topic events has unclean.leader.election.enable=true',
  ],
  'dlq-topic-too-small': [
    withConfig('events', { 'max.message.bytes': '2000000' }),
    'topic events_dlq takes records of 1,048,588 bytes, and events of 2,000,000',
  ],
  'batches-too-large': [
    withSettings({ decompressedMaxBytes: 1_000_000 }),
    'topic events takes batches of 1,048,588 bytes, and consumers read at most 1,000,000',
  ],
  'postgres-unreachable': [
    { ...sound, postgres: new UserError('Postgres does not respond', 'start it') },
    'Postgres does not respond',
  ],
  'pool-mode-mismatch': [
    withPostgres({ statementTimeoutMs: 0 }),
    'the statement timeout of a session is 0 ms instead of 20000 ms',
  ],
  'statement-timeout-off': [
    { ...withPostgres({ statementTimeoutMs: 0 }), settings: { ...settings, poolMode: 'transaction' } },
    'the user app_stats has no statement timeout',
  ],
  'postgres-version-unsupported': [withPostgres({ versionNumber: 140_020 }), 'this is Postgres 14'],
  'database-encoding': [withPostgres({ encoding: 'LATIN1' }), 'the encoding of the database is LATIN1'],
  'login-without-rights': [
    withPostgres({ mayRead: false, migrations: null, ledgers: null, rollups: null, daysAhead: null }),
    'the user app_stats may not read the ledger',
  ],
  'role-without-rights': [
    withPostgres({
      missingRights: { pipeline_writer: ['insert on raw_events', 'update on ingest_progress'] },
    }),
    'the role pipeline_writer lacks insert on raw_events, update on ingest_progress',
  ],
  'too-few-connections': [
    withPostgres({ limits: [{ of: 'database', limit: 15, open: 14, ownOpen: 12 }] }),
    'the database allows 15 connections, others use 2, and the consumers and a stats page may open 14',
  ],
  'synchronous-commit-off': [
    withPostgres({ asynchronousUsers: ['app_consumer'] }),
    'synchronous_commit is off for app_consumer',
  ],
  'clock-skew-postgres': [
    withPostgres({ clockAheadMs: -3_600_000 }),
    'the clock of Postgres is 60 min behind that of this machine',
  ],
  'partitions-run-out': [withPostgres({ daysAhead: 0 }), 'raw_events has no partition for tomorrow'],
  'schema-not-migrated': [
    withPostgres({ migrations: { pending: ['0029_a.sql', '0030_b.sql'], unknown: [] } }),
    'the tables lack 2 migrations, from 0029_a.sql on',
  ],
  'schema-newer': [
    withPostgres({ migrations: { pending: [], unknown: ['0098_a.sql', '0099_b.sql'] } }),
    'the tables have the migration 0099_b.sql',
  ],
  'another-cluster': [
    withKafka({ clusterId: 'B' }),
    'the tables have the topic events of Kafka cluster A, and this is cluster B',
  ],
  'id-rule-changed': [
    { ...sound, identity: '["cloudevents"]' },
    'topic events has events whose ids follow the rule ["id","/event_id",null]',
  ],
  'rollups-differ': [
    withPostgres({ rollups: [] }),
    'the definition declares roll-ups that the tables lack: revenue of purchase',
  ],
};

test('nothing is found in a sound set-up', () => {
  expect(findProblems(sound)).toEqual([]);
});

test.each(Object.entries(broken))(
  '%s is found by name, with the value found, alone',
  (name, [setup, start]) => {
    const found = findProblems(setup);
    expect(found.map((one) => one.name)).toEqual([name]);
    expect(found[0]?.problem.slice(0, start.length)).toBe(start);
    expect(found[0]?.remedy).not.toBe('');
  },
);

test('what cannot be read hides only the checks that need it', () => {
  const unknown = { topics: kafka.topics.map((one) => ({ ...one, config: undefined })) };
  expect(findProblems(withKafka({ ...unknown, partitions: null, members: null }))).toMatchObject([
    { name: 'kafka-right-missing', problem: expect.stringContaining('DESCRIBE on group group') },
  ]);
  const down = new UserError('it does not respond', 'start it');
  const both = findProblems({ ...withSettings({ topics: ['events_dlq'] }), kafka: down, postgres: down });
  expect(both.map(({ name }) => name)).toEqual([
    'kafka-unreachable',
    'dlq-topic-shared',
    'postgres-unreachable',
  ]);
});

test('roll-ups differ if they are missing, changed or not declared any more', () => {
  const declared = { ...rollup, name: 'orders' };
  const stored = [
    { ...rollup, bucketMinutes: 30 },
    { ...rollup, eventType: 'refund' },
  ];
  const found = findProblems({ ...withPostgres({ rollups: stored }), rollups: [rollup, declared] });
  expect(found.map(({ problem }) => problem)).toEqual([
    'the definition declares roll-ups that the tables lack: orders of purchase',
    'the definition declares roll-ups in another form than the tables have: revenue of purchase',
    'the tables have roll-ups that the definition does not declare: revenue of refund',
  ]);
});

test('one broker, an empty topic and a group that has not committed are sound', () => {
  const topics = kafka.topics.map((one) => ({
    ...one,
    replicas: 1,
    config: { ...config, 'min.insync.replicas': '1' },
  }));
  const start = { logStart: 5n, committed: undefined, youngFrom: 5n };
  const empty = { ...partition, ...start, logEnd: 5n };
  const unread = { ...partition, ...start, logEnd: 90n };
  expect(findProblems(withKafka({ brokers: 1, topics, partitions: [empty, unread] }))).toEqual([]);
});

test('records near the start of a log that is limited by size are near their deletion', () => {
  const near = { isSizeLimited: true, youngFrom: undefined, logStart: 1_000n, logEnd: 2_000n };
  const namesOf = (change: object) =>
    findProblems(withPartition({ ...near, ...change })).map(({ name }) => name);
  expect(namesOf({ committed: 1_099n })).toEqual(['lag-near-retention']);
  expect(namesOf({ committed: 1_100n })).toEqual([]);
  expect(namesOf({ committed: 1_099n, isSizeLimited: false })).toEqual([]);
  expect(namesOf({ logStart: 0n, committed: 0n })).toEqual([]);
});

test('open connections of the pipeline need no room again', () => {
  const limits = (open: number, ownOpen: number) =>
    findProblems(withPostgres({ limits: [{ of: 'server', limit: 20, open, ownOpen }] })).length;
  expect([limits(6, 0), limits(7, 0), limits(20, 14), limits(20, 13)]).toEqual([0, 1, 0, 1]);
});

test('a missing topic has the command of this place, and tables that of the consumer', () => {
  const commands = [broken['topic-missing'], broken['schema-not-migrated'], broken['partitions-run-out']].map(
    ([setup]) => findProblems(setup)[0]?.command,
  );
  expect(commands).toEqual([
    'pnpm --filter infra provision',
    'pnpm --filter consumer start migrate',
    'pnpm --filter stats start partition',
  ]);
});

test('every check has a name in lower case with hyphens', () => {
  expect(Object.keys(checks).filter((name) => !/^[a-z]+(-[a-z]+)+$/.test(name))).toEqual([]);
});

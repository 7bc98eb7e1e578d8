import { expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { findDifferences, findOvercommitted, joinOracles, publishMix } from './support/data/oracle.ts';
import type { KillPoint } from './support/programs/kill-points.ts';
import { killableConsumer, provision, runApp, startApp, startProgram } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { openKafkaClient } from './support/servers/kafka-client.ts';
import { createTwoTopics, type TwoTopics } from './support/servers/two-topics.ts';

const mix = { events: 900, badEvery: 25, duplicateEvery: 25 };

/** The ledgers, as `TOPIC/PARTITION`, of partitions with records. */
async function accountedPartitions({ first }: TwoTopics): Promise<readonly string[]> {
  const rows = await first.database.run(
    (sql) => sql<{ name: string }[]>`
      select concat_ws('/', topic, partition) as name from ingest_progress where next_offset > start_offset order by 1`,
  );
  return rows.map(({ name }) => name);
}

test.concurrent('two topics feed one pipeline, and kills lose and duplicate nothing', async () => {
  await using topics = await createTwoTopics();
  const { first, second } = topics;
  // A static member replaces its killed self at once.
  const environment = { ...topics.environment, KAFKA_GROUP_INSTANCE_ID: 'one' };
  const oracles = [await publishMix(first, mix), await publishMix(second, mix)];
  const event = createEvent();
  for (const topic of [first, second]) await topic.publish([jsonRecord(event)]);
  const points: readonly KillPoint[] = ['during-write', 'after-write', 'after-dead-letter'];
  for (const point of points) {
    const settings = { ...environment, BATCH_MAX_EVENTS: '50', KILL_AT: `${point}:3` };
    await using killed = startProgram(killableConsumer, [], settings);
    await killed.ended;
    expect(killed.process.signalCode).toBe('SIGKILL');
    expect(await findViolations(first.database)).toEqual(noViolations);
    expect(await findUnproven({ environment }, { mayBeEmpty: true })).toEqual([]);
    for (const topic of [first, second]) expect(await findOvercommitted(topic)).toEqual([]);
  }
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  const once = { eventIds: new Set([event.event_id]), badValues: new Set<string>(), duplicates: 1 };
  const oracle = joinOracles([...oracles, once]);
  for (const topic of [first, second]) expect(await findDifferences(topic, oracle)).toEqual([]);
  const names = [first, second].flatMap(({ topic }) => [0, 1, 2].map((partition) => `${topic}/${partition}`));
  expect(await accountedPartitions(topics)).toEqual(names.toSorted());
  expect(await findUnproven({ environment })).toEqual([]);
});

test.concurrent('a running consumer measures the lag of each topic by itself', async () => {
  await using topics = await createTwoTopics();
  const { first, second, environment } = topics;
  await using consumer = startApp('consumer', [], environment);
  await waitForLog(consumer, /joined the group/);
  for (const { publish } of [first, second])
    await publish([jsonRecord(createEvent(), { partition: 0 }), jsonRecord({}, { partition: 1 })]);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(consumer.stderr())?.[0];
  const scrape = async () => await (await fetch(`${url}/metrics`)).text();
  const lines: string[] = [];
  await waitUntil(async () => {
    lines.splice(0, lines.length, ...(await scrape()).split('\n'));
    const drained = lines.filter((line) => /^pipeline_lag_seconds\{.* 0$/.test(line));
    return drained.length === 6 && lines.some((line) => /^pipeline_dead_letters_total/.test(line));
  });
  for (const { topic, groupId } of [first, second]) {
    const labels = `consumergroup="${groupId}",topic="${topic}"`;
    expect(lines).toEqual(
      expect.arrayContaining([
        `pipeline_events_stored_total{${labels},event_type="page_view"} 1`,
        `pipeline_dead_letters_total{${labels},reason="not_an_event"} 1`,
        `kafka_consumergroup_lag{${labels},partition="2"} 0`,
        `pipeline_paused{${labels}} 0`,
      ]),
    );
  }
});

test.concurrent('stats shows, verifies and checks all topics', async () => {
  await using topics = await createTwoTopics();
  const { first, second, environment } = topics;
  await first.publish([jsonRecord(createEvent(), { partition: 0 })]);
  await second.publish([jsonRecord(createEvent(), { partition: 0 }), jsonRecord({}, { partition: 2 })]);
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  await second.publish([1, 2].map(() => jsonRecord(createEvent(), { partition: 1 })));

  const shown = JSON.parse((await runApp('stats', ['--json'], environment)).stdout);
  expect(shown).toMatchObject({ events: { stored: '2', deadLettered: '1' }, lag: '2' });
  const partitions: readonly { topic: string; partition: number; endOffset: string; lag: string }[] =
    shown.partitions;
  expect(
    partitions.map(({ topic, partition, endOffset, lag }) => [topic, partition, endOffset, lag]),
  ).toEqual([
    [first.topic, 0, '1', '0'],
    [first.topic, 1, '0', '0'],
    [first.topic, 2, '0', '0'],
    [second.topic, 0, '1', '0'],
    [second.topic, 1, '2', '2'],
    [second.topic, 2, '1', '0'],
  ]);
  expect(await runApp('stats', ['verify'], environment)).toMatchObject({ code: 0 });
  expect(await runApp('stats', ['check', '--max-lag', '1'], environment)).toMatchObject({ code: 3 });
  await first.database.run(
    (sql) => sql`update ingest_progress set next_offset = 7, skipped = skipped + 6
                 where topic = ${second.topic} and partition = 0`,
  );
  const verified = await runApp('stats', ['verify', '--json'], environment);
  expect(verified.code).toBe(3);
  expect(JSON.parse(verified.stdout).differences).toMatchObject([
    { key: `${second.topic}/0 next_offset`, expected: 'at most 1, the end offset', found: '7' },
  ]);
});

test.concurrent('a check reads the last records of every topic, and names their places', async () => {
  await using topics = await createTwoTopics();
  const { first, second, environment } = topics;
  await first.publish([jsonRecord(createEvent(), { partition: 0 })]);
  await second.publish([1, 2, 3].map(() => jsonRecord({ hello: 'world' }, { partition: 2 })));
  const checked = await runApp('consumer', ['check', '--from-topic', '3', '--json'], environment);
  expect(checked.code).toBe(3);
  expect(JSON.parse(checked.stdout)).toMatchObject({
    records: 3,
    stored: [{ eventType: 'page_view', count: 1 }],
    rejected: [{ reason: 'not_an_event', count: 2, example: `${second.topic}:2:1` }],
  });
});

/** The number of records in a topic. */
async function countRecords({ offsets }: TwoTopics['first']): Promise<bigint> {
  return (await offsets()).reduce((sum, { logEnd }) => sum + logEnd, 0n);
}

test.concurrent('the producer publishes to the first topic, or to that of --topic', async () => {
  await using topics = await createTwoTopics();
  const { first, second, environment } = topics;
  const publish = (...words: readonly string[]) =>
    runApp('producer', ['--count', '5', '--rate', '0', ...words], environment);
  expect(await publish()).toMatchObject({ code: 0 });
  expect(await publish('--topic', second.topic, '--count', '7')).toMatchObject({ code: 0 });
  expect([await countRecords(first), await countRecords(second)]).toEqual([5n, 7n]);
  expect(await publish('--topic', 'no topic')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--topic'),
  });
});

test.concurrent('provisioning creates all topics, and rejects invalid lists in one line', async () => {
  await using topics = await createTwoTopics();
  const { environment, first } = topics;
  const names = [`${first.topic}-a`, `${first.topic}-b`];
  const [list, dlq] = [names.join(', '), `${first.topic}-dead`];
  const settings = { ...environment, KAFKA_TOPIC: list, KAFKA_DLQ_TOPIC: dlq };
  expect(await provision(settings)).toMatchObject({ code: 0 });
  const admin = openKafkaClient(environment).admin();
  await admin.connect();
  const found = await admin.fetchTopicMetadata({ topics: [...names, dlq] });
  await admin.disconnect();
  expect(found.topics.map(({ name, partitions }) => [name, partitions.length])).toEqual(
    expect.arrayContaining([...names.map((name) => [name, 3]), [dlq, 1]]),
  );
  for (const [change, problem] of [
    [{ KAFKA_TOPIC: 'a,b,a' }, /KAFKA_TOPIC: lists a twice/],
    [{ KAFKA_TOPIC: 'a,b/c' }, /KAFKA_TOPIC: got "a,b\/c", expected a topic name/],
    [{ KAFKA_TOPIC: 'a,b', KAFKA_DLQ_TOPIC: 'b' }, /KAFKA_DLQ_TOPIC b is also a topic of KAFKA_TOPIC/],
  ] as const) {
    const ended = await provision({ ...environment, ...change });
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(problem)]);
  }
});

test.concurrent('an added topic is read from its start', async () => {
  await using topics = await createTwoTopics();
  const { first, second, environment } = topics;
  for (const { publish } of [first, second])
    await publish([jsonRecord(createEvent()), jsonRecord(createEvent())]);
  const before = { ...environment, KAFKA_TOPIC: first.topic };
  expect(await runApp('consumer', ['--once'], before)).toMatchObject({ code: 0 });
  expect(await sumLedgers(first.database)).toMatchObject({ stored: 2, duplicates: 0 });
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  expect(await sumLedgers(first.database)).toMatchObject({ stored: 4, duplicates: 0 });
  expect(await findViolations(first.database)).toEqual(noViolations);
  expect(await findUnproven({ environment })).toEqual([]);
});

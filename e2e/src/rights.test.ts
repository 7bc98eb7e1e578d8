import { startPrivateKafka, testStack } from 'infra/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operate } from './support/kafka-client.ts';
import { findDifferences, publishMix } from './support/oracle.ts';
import { openPipeline, type Pipeline } from './support/pipeline.ts';
import { type Environment, runApp, startApp } from './support/programs.ts';
import { waitForLog } from './support/wait.ts';

const login = (username: string, password: string): Environment => ({
  KAFKA_SASL_MECHANISM: 'plain',
  KAFKA_SASL_USERNAME: username,
  KAFKA_SASL_PASSWORD: password,
});
const admin = login('admin', 'admin-secret');
const consumerLogin = login('consumer', 'consumer-secret');

/** Clients log in, and may do nothing that they were not granted; the broker talks to itself without a login. */
const brokerSettings = {
  'listener.security.protocol.map': 'PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
  'inter.broker.listener.name': 'PLAINTEXT',
  'sasl.enabled.mechanisms': 'PLAIN',
  'sasl.mechanism.inter.broker.protocol': 'PLAIN',
  'listener.name.plaintext.plain.sasl.jaas.config':
    'org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="admin-secret" user_admin="admin-secret" user_consumer="consumer-secret";',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:admin;User:ANONYMOUS',
};

let kafka: Awaited<ReturnType<typeof startPrivateKafka>>;
let pipeline: Pipeline;

beforeAll(async () => {
  kafka = await startPrivateKafka({ settings: brokerSettings });
  const databaseUrl = await testStack().createDatabase();
  pipeline = await openPipeline({ brokers: kafka.address, databaseUrl }, 'events', 'events_dlq', admin);
  await operate(pipeline, (operator) =>
    operator.createTopics({ topics: [{ topic: 'events', numPartitions: 3 }, { topic: 'events_dlq' }] }),
  );
});

afterAll(async () => {
  await pipeline[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

/** https://kafka.apache.org/protocol: numbers of kinds of resources and of operations. */
const kinds = { topic: 2, group: 3 };
const operations = { read: 3, write: 4, describe: 8 };
const [ANY, LITERAL, ALLOW] = [1, 3, 3];

interface Right {
  readonly kind: keyof typeof kinds;
  readonly name: string;
  readonly operation: keyof typeof operations;
}

const readEvents: Right = { kind: 'topic', name: 'events', operation: 'read' };
const writeLetters: Right = { kind: 'topic', name: 'events_dlq', operation: 'write' };
const describeLetters: Right = { kind: 'topic', name: 'events_dlq', operation: 'describe' };
const readGroup: Right = { kind: 'group', name: 'group-events', operation: 'read' };

function toAcl({ kind, name, operation }: Right) {
  return {
    resourceType: kinds[kind],
    resourceName: name,
    resourcePatternType: LITERAL,
    principal: 'User:consumer',
    host: '*',
    operation: operations[operation],
    permissionType: ALLOW,
  };
}

/** The consumer's user has these rights from now on, and no others. */
async function grantOnly(...rights: readonly Right[]): Promise<void> {
  await operate(pipeline, async (operator) => {
    const all = { principal: 'User:consumer', resourceType: ANY, resourcePatternType: ANY, operation: ANY };
    await operator.deleteAcls({ filters: [{ ...all, permissionType: ANY }] });
    await operator.createAcls({ acl: rights.map(toAcl) });
  });
}

const environment = () => ({ ...pipeline.environment, ...consumerLogin });

async function expectEnd(said: RegExp, change: Environment = {}): Promise<void> {
  const { code, stderr } = await runApp('consumer', ['--once'], { ...environment(), ...change });
  expect(code).toBe(1);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(said);
  expect(stderr).not.toContain('-secret');
}

test('a wrong password, and each right that is missing, ends the consumer in one line that names it; no dead letter is passed', async () => {
  const oracle = await publishMix(pipeline, { events: 500, badEvery: 50, doubleEvery: 50 });
  await grantOnly(readEvents, writeLetters, readGroup);
  await expectEnd(/check KAFKA_SASL_MECHANISM/, { KAFKA_SASL_PASSWORD: 'wrong-secret' });
  await grantOnly(writeLetters, readGroup);
  await expectEnd(/no topic events, or none that this user may DESCRIBE/);
  await grantOnly(readEvents, readGroup);
  await expectEnd(/grant this user the rights on the topic/);
  await grantOnly(readEvents, writeLetters);
  await expectEnd(/grant this user READ on the group/);
  await grantOnly(readEvents, describeLetters, readGroup);
  await expectEnd(/grant this user the rights on the topic/);
  expect(await findPassedLetters()).toEqual([]);
  await grantOnly(readEvents, writeLetters, readGroup);
  expect(await runApp('consumer', ['--once'], environment())).toMatchObject({ code: 0 });
  expect(await findDifferences(pipeline, oracle)).toEqual([]);
});

/** Dead letters in the table below the committed offset: none of them is in the topic. */
async function findPassedLetters(): Promise<readonly object[]> {
  const committed = new Map((await pipeline.offsets()).map((one) => [one.partition, one.committed ?? 0n]));
  const letters = await pipeline.database.run(
    (sql) => sql<{ partition: number; offset: bigint }[]>`
      select source_partition as partition, source_offset as offset from dlq_events`,
  );
  expect(letters).not.toEqual([]);
  return letters.filter(({ partition, offset }) => offset < (committed.get(partition) ?? 0n));
}

test('a right that is taken away ends a running consumer in one line that names it', async () => {
  await grantOnly(readEvents, writeLetters, readGroup);
  await using consumer = startApp('consumer', [], environment());
  await waitForLog(consumer, /joined the group/);
  await grantOnly(writeLetters, readGroup);
  const { code, stderr } = await consumer.ended;
  expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([
    1,
    expect.stringMatching(/rights on the topic/),
  ]);
});

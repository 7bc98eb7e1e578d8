import { readFileSync } from 'node:fs';
import { testStack } from '@pipeline/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findDifferences, joinOracles, type Oracle, publishMix } from './support/data/oracle.ts';
import { type Ended, type Environment, provision, runApp, startApp } from './support/programs/programs.ts';
import { prove } from './support/programs/prove.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { createPemFolder } from './support/servers/certificates.ts';
import { type KafkaClient, openKafkaClient } from './support/servers/kafka-client.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { documentedRights, grantOnly, type Right } from './support/servers/rights.ts';
import { type ScramMechanism, setScramPassword } from './support/servers/scram.ts';
import { type SecuredKafka, saslCredentials, startSecuredKafka } from './support/servers/secured-kafka.ts';

/** Users of PLAIN. Each password ends with `-secret`, which must never be logged. */
const users = [
  ...['provision', 'producer', 'consumer', 'checker', 'stats', 'doctor', 'prover', 'redriver'],
  ...[
    'cannot-read',
    'can-only-describe',
    'cannot-see-dlq',
    'cannot-write-dlq',
    'cannot-join',
    'loses-rights',
  ],
];
const passwords = Object.fromEntries(users.map((name) => [name, `${name}-secret`]));

/** The group in the documented rights. */
const GROUP = 'events_to_postgres';

let kafka: SecuredKafka;
let pipeline: Pipeline;
/** Everything published so far. */
const oracles: Oracle[] = [];

beforeAll(async () => {
  const [secured, databaseUrl] = await Promise.all([
    startSecuredKafka(passwords),
    testStack().createDatabase(),
  ]);
  kafka = secured;
  const servers = { brokers: kafka.at.plaintext, databaseUrl };
  pipeline = await openPipeline(servers, 'events', 'events_dlq', { KAFKA_GROUP_ID: GROUP });
  // The second command finds the topics; it makes the same requests.
  await grantOnly(pipeline, 'provision', documentedRights('`consumer create-topics`'));
  expect(await runApp('consumer', ['create-topics'], viaPlain('provision'))).toMatchObject({ code: 0 });
  await grantOnly(pipeline, 'provision', documentedRights('`infra provision`'));
  expect(await provision(viaPlain('provision'))).toMatchObject({ code: 0 });
  await publish();
  // A new broker needs a moment to create its offsets topic.
  await waitUntil(() =>
    pipeline.offsets().then(
      () => true,
      () => false,
    ),
  );
});

afterAll(async () => {
  await pipeline[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

/** Publishes more valid, invalid and duplicate records. */
async function publish(): Promise<void> {
  oracles.push(await publishMix(pipeline, { events: 100, badEvery: 10, duplicateEvery: 10 }));
}

type Listener = keyof SecuredKafka['at'];

/** Settings for a client of a listener. */
function at(listener: Listener, ...settings: readonly Environment[]): Environment {
  return Object.assign({}, pipeline.environment, { KAFKA_BROKERS: kafka.at[listener] }, ...settings);
}

const trusting = (): Environment => ({ KAFKA_SSL: 'true', KAFKA_SSL_CA: kafka.pem.ca });
const certified = (certificate = kafka.pem.consumer): Environment => ({
  ...trusting(),
  KAFKA_SSL_CERT: certificate,
  KAFKA_SSL_KEY: kafka.pem.key,
});
const viaPlain = (user: string, password = `${user}-secret`): Environment =>
  at('saslTls', trusting(), saslCredentials(user, password));

function lastLine({ stderr }: Ended): string | undefined {
  return stderr.trimEnd().split('\n').at(-1);
}

function expectEnd(ended: Ended, line: RegExp): void {
  expect([ended.code, lastLine(ended)]).toEqual([1, expect.stringMatching(line)]);
  expect(ended.stderr).not.toMatch(/^ +at /m);
  expectNoSecret(ended);
}

/** The output contains no password and no private key. */
function expectNoSecret({ stdout, stderr }: Ended): void {
  const output = stdout + stderr;
  expect(output).not.toContain('-secret');
  expect(output).not.toContain('PRIVATE KEY');
  expect(output).not.toContain(readFileSync(kafka.pem.key, 'utf8').split('\n')[1]);
}

describe('a rejected connection', () => {
  const connections: Readonly<Record<string, readonly [() => Environment, RegExp]>> = {
    'an untrusted CA': [
      () => at('tls', certified(), { KAFKA_SSL_CA: kafka.pem.otherCa }),
      /not signed by a trusted CA; set KAFKA_SSL_CA to .* signed it$/,
    ],
    'no CA': [() => at('saslTls', { KAFKA_SSL: 'true' }), /; set KAFKA_SSL_CA to .* signed it$/],
    'an expired broker certificate': [
      () => at('expired', trusting()),
      /presents an expired certificate; renew the brokers' certificate/,
    ],
    'a broker certificate for another host': [
      () => at('wrongHost', trusting()),
      /for another host name; use the host names .* in KAFKA_BROKERS/,
    ],
    'a missing client certificate': [
      () => at('tls', trusting()),
      /rejects the client certificate; set KAFKA_SSL_CERT and KAFKA_SSL_KEY to .*$/,
    ],
    'an expired client certificate': [
      () => at('tls', certified(kafka.pem.expired)),
      /rejects the client certificate; .*KAFKA_SSL_CERT/,
    ],
    'a client certificate of another CA': [
      () => at('tls', certified(kafka.pem.signedByOther)),
      /rejects the client certificate; .*KAFKA_SSL_CERT/,
    ],
    'TLS on a plaintext listener': [
      () => at('saslPlaintext', trusting(), saslCredentials('consumer', 'consumer-secret')),
      /does not use TLS; set KAFKA_BROKERS to its TLS listener, or set KAFKA_SSL=false$/,
    ],
    'plaintext on a TLS listener': [
      () => at('saslTls', saslCredentials('consumer', 'consumer-secret')),
      /requires TLS; set KAFKA_SSL=true/,
    ],
    'missing SASL credentials': [
      () => at('saslTls', trusting()),
      /requires SASL authentication; set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD$/,
    ],
    'SASL on a listener without it': [
      () => at('tls', certified(), saslCredentials('consumer', 'consumer-secret')),
      /this listener does not use SASL: unset KAFKA_SASL_MECHANISM/,
    ],
    'a wrong password': [
      () => viaPlain('consumer', 'wrong-secret'),
      /check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD$/,
    ],
    'an unknown SCRAM user': [
      () => at('saslTls', trusting(), saslCredentials('unknown', 'wrong-secret', 'scram-sha-512')),
      /check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD$/,
    ],
  };

  /** Each attempt takes seconds, mostly idle, so all run concurrently. */
  let ends: ReadonlyMap<string, Ended>;
  beforeAll(async () => {
    const attempts = Object.entries(connections).map(async ([name, [environment]]) => {
      return [name, await runApp('consumer', ['--once'], environment())] as const;
    });
    ends = new Map(await Promise.all(attempts));
  });

  test.each(Object.entries(connections))(
    'with %s ends the consumer in one line with a remedy',
    (name, [, line]) => {
      expectEnd(ends.get(name) as Ended, line);
    },
  );

  test('with an untrusted CA ends the producer, and stats reports the lag as unknown', async () => {
    const environment = at('tls', certified(), { KAFKA_SSL_CA: kafka.pem.otherCa });
    const [producer, stats] = await Promise.all([
      runApp('producer', ['--count', '1'], environment),
      runApp('stats', [], environment),
    ]);
    expectEnd(producer, /; set KAFKA_SSL_CA to .* signed it$/);
    expect(stats.stderr).toMatch(/not signed by a trusted CA; set KAFKA_SSL_CA/);
    expectNoSecret(stats);
  });
});

const onTopic = (name: string, operation: string): Right => ({ kind: 'topic', name, operation });
const onGroup = (operation: string): Right => ({ kind: 'group', name: GROUP, operation });

describe('a missing right', { tags: 'long' }, () => {
  const lacks: Readonly<Record<string, readonly [readonly Right[], RegExp]>> = {
    'cannot-read': [
      [onTopic('events_dlq', 'WRITE'), onGroup('READ')],
      /no topic events, or this user lacks DESCRIBE on it; grant DESCRIBE/,
    ],
    'can-only-describe': [
      [onTopic('events', 'DESCRIBE'), onTopic('events_dlq', 'WRITE'), onGroup('READ')],
      /grant this user READ on KAFKA_TOPIC/,
    ],
    'cannot-see-dlq': [[onTopic('events', 'READ'), onGroup('READ')], /WRITE on KAFKA_DLQ_TOPIC/],
    'cannot-write-dlq': [
      [onTopic('events', 'READ'), onTopic('events_dlq', 'DESCRIBE'), onGroup('READ')],
      /WRITE on KAFKA_DLQ_TOPIC/,
    ],
    'cannot-join': [
      [onTopic('events', 'READ'), onTopic('events_dlq', 'WRITE')],
      /grant this user READ on the group of KAFKA_GROUP_ID/,
    ],
  };

  test.each(Object.entries(lacks))(
    'of user %s ends the consumer in one line that names it',
    async (user, [rights, line]) => {
      await grantOnly(pipeline, user, rights);
      expectEnd(await runApp('consumer', ['--once'], viaPlain(user)), line);
      expect(await findUnpublishedDeadLetters()).toEqual([]);
    },
  );

  test('revoked at run time ends the consumer in one line that names it', async () => {
    const others = [onTopic('events_dlq', 'WRITE'), { ...onGroup('READ'), name: 'another_group' }];
    await grantOnly(pipeline, 'loses-rights', [onTopic('events', 'READ'), ...others]);
    const environment = { ...viaPlain('loses-rights'), KAFKA_GROUP_ID: 'another_group' };
    await using consumer = startApp('consumer', [], environment);
    await waitForLog(consumer, /joined the group/);
    await grantOnly(pipeline, 'loses-rights', others);
    expectEnd(await consumer.ended, /grant this user READ on KAFKA_TOPIC/);
  });
});

/** Dead letters below the committed offset, which these users cannot have published to the topic. */
async function findUnpublishedDeadLetters(): Promise<readonly object[]> {
  const committed = new Map((await pipeline.offsets()).map((one) => [one.partition, one.committed ?? 0n]));
  const deadLetters = await pipeline.database.run(
    (sql) => sql<{ partition: number; offset: bigint }[]>`
      select source_partition as partition, source_offset as offset from dlq_events`,
  );
  return deadLetters.filter(({ partition, offset }) => offset < (committed.get(partition) ?? 0n));
}

describe('authentication', () => {
  beforeAll(async () => {
    await grantOnly(pipeline, 'consumer', documentedRights('consumer'));
    await setScramPassword(kafka.at.plaintext, 'consumer', 'first-secret', 'scram-sha-256');
    await setScramPassword(kafka.at.plaintext, 'consumer', 'first-secret', 'scram-sha-512');
  });

  const scram = (mechanism: ScramMechanism) =>
    at('saslTls', trusting(), saslCredentials('consumer', 'first-secret', mechanism));
  const methods: Readonly<Record<string, () => Environment>> = {
    'a client certificate': () => at('tls', certified()),
    PLAIN: () => viaPlain('consumer'),
    'SCRAM-SHA-256': () => scram('scram-sha-256'),
    'SCRAM-SHA-512': () => scram('scram-sha-512'),
  };

  test.each(Object.entries(methods))(
    'with %s works for a consumer with the documented rights',
    async (_, environment) => {
      await publish();
      expect(await runApp('consumer', ['--once'], environment())).toMatchObject({ code: 0 });
    },
  );

  test('fails after a password change, and works with the new password', async () => {
    await using file = await createPemFolder();
    const environment = {
      ...scram('scram-sha-512'),
      KAFKA_SASL_PASSWORD_FILE: await file.write('password', 'first-secret\n'),
    };
    await using consumer = startApp('consumer', [], environment);
    await waitForLog(consumer, /joined the group/);
    await setScramPassword(kafka.at.plaintext, 'consumer', 'second-secret', 'scram-sha-512');
    expectEnd(
      await consumer.ended,
      /check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD$/,
    );
    await file.write('password', 'second-secret\n');
    await publish();
    expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  });

  test('with all methods loses and duplicates nothing', async () => {
    expect(await findDifferences(pipeline, joinOracles(oracles))).toEqual([]);
  });
});

describe('with the documented rights', { tags: 'long' }, () => {
  beforeAll(async () => {
    for (const [user, program] of [
      ['consumer', 'consumer'],
      ['checker', '`consumer check`'],
      ['producer', 'producer'],
      ['stats', 'stats'],
      ['doctor', '`stats doctor`'],
      ['prover', '`stats prove`'],
      ['redriver', '`stats dlq redrive`'],
    ] as const)
      await grantOnly(pipeline, user, documentedRights(program));
    expect(await runApp('consumer', ['--once'], viaPlain('consumer'))).toMatchObject({ code: 0 });
  });

  test('the producer can publish but not read', async () => {
    const produced = await runApp('producer', ['--count', '50', '--seed', '1'], viaPlain('producer'));
    expect(produced).toMatchObject({ code: 0 });
    const ended = await runApp('consumer', ['--once'], viaPlain('producer'));
    expectEnd(ended, /grant this user READ on (KAFKA_TOPIC|the group)/);
  });

  test('a check of the topic needs no right on a group', async () => {
    const checked = await runApp(
      'consumer',
      ['check', '--from-topic', '1000', '--json'],
      viaPlain('checker'),
    );
    const { records, rejected } = JSON.parse(checked.stdout);
    expect([checked.code, records > 0, rejected.length > 0]).toEqual([3, true, true]);
    expectEnd(await runApp('consumer', ['--once'], viaPlain('checker')), /grant this user/);
  });

  test('stats can read the lag of the group but no records', async () => {
    const { code, stdout } = await runApp('stats', ['--json'], viaPlain('stats'));
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ lag: expect.stringMatching(/^\d+$/) }),
    ]);
    expectEnd(await runApp('consumer', ['--once'], viaPlain('stats')), /grant this user READ on/);
  });

  test('doctor needs its rights, and names those that it lacks', async () => {
    const namesFor = async (user: string) => {
      const { stdout } = await runApp('stats', ['doctor', '--json'], viaPlain(user));
      return JSON.parse(stdout).findings.map(({ name, problem }: Record<string, string>) => [name, problem]);
    };
    expect(await namesFor('doctor')).toEqual([]);
    expect(await namesFor('stats')).toEqual([
      ['kafka-right-missing', expect.stringContaining('DESCRIBE_CONFIGS on topic events')],
      ['topic-missing', expect.stringMatching(/events_dlq, or this user lacks DESCRIBE on it/)],
    ]);
  });

  test('prove reads the topic again', async () => {
    const { code, receipt } = await prove({ environment: viaPlain('prover') });
    expect([code, receipt.isClean, Number(receipt.records) > 0]).toEqual([0, true, true]);
    const ended = await runApp('stats', ['prove', '--restart'], viaPlain('stats'));
    expectEnd(ended, /grant this user READ on KAFKA_TOPIC/);
  });

  test('dlq redrive can publish dead letters', async () => {
    const redriven = await runApp(
      'stats',
      ['dlq', 'redrive', '--all', '--limit', '2', '--yes'],
      viaPlain('redriver'),
    );
    expect(redriven).toMatchObject({ code: 0, stdout: expect.stringMatching(/redriven\n.*redriven\n$/) });
  });

  test.each(['consumer', 'checker', 'producer', 'stats', 'doctor'])(
    'user %s can do nothing else',
    async (user) => {
      const client = openKafkaClient(viaPlain(user));
      for (const [name, attempt] of Object.entries(attempts)) {
        if (user === 'producer' && name === 'send') continue;
        expect([name, await refusalOf(attempt(client))]).toEqual([name, expect.stringMatching(/authoriz/i)]);
      }
    },
  );
});

type Operator = ReturnType<KafkaClient['admin']>;

function asOperator(work: (operator: Operator) => Promise<unknown>) {
  return async (client: KafkaClient) => {
    const operator = client.admin();
    await operator.connect();
    await work(operator).finally(() => operator.disconnect());
  };
}

/** Actions that need an undocumented right. */
const attempts: Readonly<Record<string, (client: KafkaClient) => Promise<unknown>>> = {
  send: async (client) => {
    const producer = client.producer();
    await producer.connect();
    const messages = [{ value: 'an event' }];
    await producer.send({ topic: 'events', messages }).finally(() => producer.disconnect());
  },
  create: asOperator((operator) => operator.createTopics({ topics: [{ topic: 'more' }] })),
  delete: asOperator((operator) => operator.deleteTopics({ topics: ['events'] })),
  configure: asOperator((operator) =>
    operator.alterConfigs({
      validateOnly: true,
      resources: [{ type: 2, name: 'events', configEntries: [{ name: 'retention.ms', value: '1' }] }],
    }),
  ),
};

/** The error message of an attempt; kafkajs wraps some errors in a list. */
async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => new Error('it was allowed'),
    (refusal: Error & { readonly errors?: readonly Error[] }) => refusal.errors?.[0] ?? refusal,
  );
  return error.message;
}

import { readFileSync } from 'node:fs';
import { testStack } from 'infra/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPemFolder } from './support/certificates.ts';
import { type KafkaClient, openKafkaClient } from './support/kafka-client.ts';
import { findDifferences, joinOracles, type Oracle, publishMix } from './support/oracle.ts';
import { openPipeline, type Pipeline } from './support/pipeline.ts';
import { type Ended, type Environment, provision, runApp, startApp } from './support/programs.ts';
import { documentedRights, grantOnly, type Right } from './support/rights.ts';
import { type ScramMechanism, setScramPassword } from './support/scram.ts';
import { loginOf, type SecuredKafka, startSecuredKafka } from './support/secured-kafka.ts';
import { waitForLog, waitUntil } from './support/wait.ts';

/** Who logs in with PLAIN; the end of each password must never be shown. */
const users = [
  ...['provision', 'producer', 'consumer', 'stats', 'redriver'],
  ...[
    'cannot-read',
    'can-only-describe',
    'cannot-see-letters',
    'cannot-write-letters',
    'cannot-join',
    'loses-rights',
  ],
];
const passwords = Object.fromEntries(users.map((name) => [name, `${name}-secret`]));

/** The group that docs/operations.md speaks of. */
const GROUP = 'events_to_postgres';

let kafka: SecuredKafka;
let pipeline: Pipeline;
/** What was sent so far. */
const oracles: Oracle[] = [];

beforeAll(async () => {
  const [secured, databaseUrl] = await Promise.all([
    startSecuredKafka(passwords),
    testStack().createDatabase(),
  ]);
  kafka = secured;
  const servers = { brokers: kafka.at.plaintext, databaseUrl };
  pipeline = await openPipeline(servers, 'events', 'events_dlq', { KAFKA_GROUP_ID: GROUP });
  await grantOnly(pipeline, 'provision', documentedRights('`infra provision`'));
  expect(await provision(viaPlain('provision'))).toMatchObject({ code: 0 });
  await publish();
  // A new broker does not know its groups yet.
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

/** Publishes some more, good and bad. */
async function publish(): Promise<void> {
  oracles.push(await publishMix(pipeline, { events: 100, badEvery: 10, doubleEvery: 10 }));
}

type Listener = keyof SecuredKafka['at'];

/** The settings of a client of a listener. */
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
  at('loginTls', trusting(), loginOf(user, password));

function lastLine({ stderr }: Ended): string | undefined {
  return stderr.trimEnd().split('\n').at(-1);
}

function expectEnd(ended: Ended, line: RegExp): void {
  expect([ended.code, lastLine(ended)]).toEqual([1, expect.stringMatching(line)]);
  expect(ended.stderr).not.toMatch(/^ +at /m);
  expectNoSecret(ended);
}

/** Nothing that was said holds a password or a key. */
function expectNoSecret({ stdout, stderr }: Ended): void {
  const said = stdout + stderr;
  expect(said).not.toContain('-secret');
  expect(said).not.toContain('PRIVATE KEY');
  expect(said).not.toContain(readFileSync(kafka.pem.key, 'utf8').split('\n')[1]);
}

describe('a way in that is closed', () => {
  const ways: Readonly<Record<string, readonly [() => Environment, RegExp]>> = {
    'a CA that did not sign': [
      () => at('tls', certified(), { KAFKA_SSL_CA: kafka.pem.otherCa }),
      /nobody signed whom this program trusts; set KAFKA_SSL_CA to .* signed it$/,
    ],
    'no CA': [() => at('loginTls', { KAFKA_SSL: 'true' }), /; set KAFKA_SSL_CA to .* signed it$/],
    "a broker's certificate that has expired": [
      () => at('expired', trusting()),
      /has a certificate that has expired; renew the brokers' certificate/,
    ],
    "another host's certificate": [
      () => at('elsewhere', trusting()),
      /for another host; use the host names .* in KAFKA_BROKERS/,
    ],
    'no certificate of the client': [
      () => at('tls', trusting()),
      /refuses this program's certificate; set KAFKA_SSL_CERT and KAFKA_SSL_KEY to .*$/,
    ],
    "a client's certificate that has expired": [
      () => at('tls', certified(kafka.pem.expired)),
      /refuses this program's certificate; .*KAFKA_SSL_CERT/,
    ],
    "a client's certificate that somebody else signed": [
      () => at('tls', certified(kafka.pem.signedByOther)),
      /refuses this program's certificate; .*KAFKA_SSL_CERT/,
    ],
    'TLS where none is spoken': [
      () => at('login', trusting(), loginOf('consumer', 'consumer-secret')),
      /does not use TLS; set KAFKA_BROKERS to its TLS listener, or set KAFKA_SSL=false$/,
    ],
    'no TLS where it is spoken': [
      () => at('loginTls', loginOf('consumer', 'consumer-secret')),
      /requires TLS; set KAFKA_SSL=true/,
    ],
    'no login where one is asked for': [
      () => at('loginTls', trusting()),
      /requires SASL authentication; set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD$/,
    ],
    'a login where none is asked for': [
      () => at('tls', certified(), loginOf('consumer', 'consumer-secret')),
      /no login is asked for there: unset KAFKA_SASL_MECHANISM/,
    ],
    'a wrong password': [
      () => viaPlain('consumer', 'wrong-secret'),
      /check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD$/,
    ],
    'a user of SCRAM whom nobody knows': [
      () => at('loginTls', trusting(), loginOf('nobody', 'wrong-secret', 'scram-sha-512')),
      /check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD$/,
    ],
  };

  /** Each takes seconds, of which most are waiting: all are tried at once. */
  let ends: ReadonlyMap<string, Ended>;
  beforeAll(async () => {
    const tries = Object.entries(ways).map(async ([way, [environment]]) => {
      return [way, await runApp('consumer', ['--once'], environment())] as const;
    });
    ends = new Map(await Promise.all(tries));
  });

  test.each(Object.entries(ways))(
    '%s ends the consumer in one line that says what to do',
    (way, [, line]) => {
      expectEnd(ends.get(way) as Ended, line);
    },
  );

  test('a CA that did not sign ends the producer too, and the statistics say why they know no lag', async () => {
    const environment = at('tls', certified(), { KAFKA_SSL_CA: kafka.pem.otherCa });
    const [producer, stats] = await Promise.all([
      runApp('producer', ['--count', '1'], environment),
      runApp('stats', [], environment),
    ]);
    expectEnd(producer, /in KAFKA_SSL_CA$/);
    expect(stats.stderr).toMatch(/nobody signed .* in KAFKA_SSL_CA/);
    expectNoSecret(stats);
  });
});

const onTopic = (name: string, operation: string): Right => ({ kind: 'topic', name, operation });
const onGroup = (operation: string): Right => ({ kind: 'group', name: GROUP, operation });

describe('who lacks a right', () => {
  const lacks: Readonly<Record<string, readonly [readonly Right[], RegExp]>> = {
    'cannot-read': [
      [onTopic('events_dlq', 'WRITE'), onGroup('READ')],
      /no topic events, or none that this user may DESCRIBE; .*docs\/operations\.md/,
    ],
    'can-only-describe': [
      [onTopic('events', 'DESCRIBE'), onTopic('events_dlq', 'WRITE'), onGroup('READ')],
      /grant this user READ on KAFKA_TOPIC/,
    ],
    'cannot-see-letters': [[onTopic('events', 'READ'), onGroup('READ')], /WRITE on KAFKA_DLQ_TOPIC/],
    'cannot-write-letters': [
      [onTopic('events', 'READ'), onTopic('events_dlq', 'DESCRIBE'), onGroup('READ')],
      /WRITE on KAFKA_DLQ_TOPIC/,
    ],
    'cannot-join': [
      [onTopic('events', 'READ'), onTopic('events_dlq', 'WRITE')],
      /grant this user READ on the group of KAFKA_GROUP_ID/,
    ],
  };

  test.each(Object.entries(lacks))('and %s ends in one line that names it', async (user, [rights, line]) => {
    await grantOnly(pipeline, user, rights);
    expectEnd(await runApp('consumer', ['--once'], viaPlain(user)), line);
    expect(await findPassedLetters()).toEqual([]);
  });

  test('because it is taken away ends a running consumer in one line that names it', async () => {
    const others = [onTopic('events_dlq', 'WRITE'), { ...onGroup('READ'), name: 'another_group' }];
    await grantOnly(pipeline, 'loses-rights', [onTopic('events', 'READ'), ...others]);
    const environment = { ...viaPlain('loses-rights'), KAFKA_GROUP_ID: 'another_group' };
    await using consumer = startApp('consumer', [], environment);
    await waitForLog(consumer, /joined the group/);
    await grantOnly(pipeline, 'loses-rights', others);
    expectEnd(await consumer.ended, /grant this user READ on KAFKA_TOPIC/);
  });
});

/** Dead letters in the table below the committed offset: none of them is in the topic. */
async function findPassedLetters(): Promise<readonly object[]> {
  const committed = new Map((await pipeline.offsets()).map((one) => [one.partition, one.committed ?? 0n]));
  const letters = await pipeline.database.run(
    (sql) => sql<{ partition: number; offset: bigint }[]>`
      select source_partition as partition, source_offset as offset from dlq_events`,
  );
  return letters.filter(({ partition, offset }) => offset < (committed.get(partition) ?? 0n));
}

describe('a way in that is open', () => {
  beforeAll(async () => {
    await grantOnly(pipeline, 'consumer', documentedRights('consumer'));
    await setScramPassword(kafka.at.plaintext, 'consumer', 'first-secret', 'scram-sha-256');
    await setScramPassword(kafka.at.plaintext, 'consumer', 'first-secret', 'scram-sha-512');
  });

  const scram = (mechanism: ScramMechanism) =>
    at('loginTls', trusting(), loginOf('consumer', 'first-secret', mechanism));
  const ways: Readonly<Record<string, () => Environment>> = {
    "a client's certificate": () => at('tls', certified()),
    PLAIN: () => viaPlain('consumer'),
    'SCRAM-SHA-256': () => scram('scram-sha-256'),
    'SCRAM-SHA-512': () => scram('scram-sha-512'),
  };

  test.each(Object.entries(ways))(
    'with %s lets a consumer with the documented rights in',
    async (_, environment) => {
      await publish();
      expect(await runApp('consumer', ['--once'], environment())).toMatchObject({ code: 0 });
    },
  );

  test('is closed when the password is changed: a running consumer says so and ends, and goes on with the new one', async () => {
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

  test('and with all of them nothing was lost or doubled', async () => {
    expect(await findDifferences(pipeline, joinOracles(oracles))).toEqual([]);
  });
});

describe('with the rights that are documented', () => {
  beforeAll(async () => {
    for (const [user, who] of [
      ['consumer', 'consumer'],
      ['producer', 'producer'],
      ['stats', 'stats'],
      ['redriver', '`stats dlq redrive`'],
    ] as const)
      await grantOnly(pipeline, user, documentedRights(who));
  });

  test('a producer sends, and may not read', async () => {
    const line = await runApp('producer', ['--count', '50', '--seed', '1'], viaPlain('producer'));
    expect(line).toMatchObject({ code: 0 });
    const ended = await runApp('consumer', ['--once'], viaPlain('producer'));
    expectEnd(ended, /grant this user READ on (KAFKA_TOPIC|the group)/);
  });

  test('the statistics know the lag and the group, and may not read', async () => {
    const { code, stdout } = await runApp('stats', ['--json'], viaPlain('stats'));
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ lag: expect.stringMatching(/^\d+$/) }),
    ]);
    expectEnd(await runApp('consumer', ['--once'], viaPlain('stats')), /grant this user READ on/);
  });

  test('who redrives dead letters sends them to their topic', async () => {
    const redriven = await runApp(
      'stats',
      ['dlq', 'redrive', '--all', '--limit', '2', '--yes'],
      viaPlain('redriver'),
    );
    expect(redriven).toMatchObject({ code: 0, stdout: expect.stringMatching(/redriven\n.*redriven\n$/) });
  });

  test.each(['consumer', 'producer', 'stats'])('the %s does nothing else', async (user) => {
    const client = openKafkaClient(viaPlain(user));
    for (const [name, attempt] of Object.entries(attempts)) {
      if (user === 'producer' && name === 'send') continue;
      expect([name, await refusalOf(attempt(client))]).toEqual([name, expect.stringMatching(/authoriz/i)]);
    }
  });
});

type Operator = ReturnType<KafkaClient['admin']>;

function asOperator(work: (operator: Operator) => Promise<unknown>) {
  return async (client: KafkaClient) => {
    const operator = client.admin();
    await operator.connect();
    await work(operator).finally(() => operator.disconnect());
  };
}

/** What needs a right that is not documented. */
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

/** What an attempt is refused with; kafkajs keeps some reasons in a list. */
async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => new Error('it was let through'),
    (refusal: Error & { readonly errors?: readonly Error[] }) => refusal.errors?.[0] ?? refusal,
  );
  return error.message;
}

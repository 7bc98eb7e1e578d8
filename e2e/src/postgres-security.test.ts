import { copyTemplate, createTemplate, testStack } from 'infra/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, type Environment, runApp } from './support/programs.ts';
import { type SecuredPostgres, startSecuredPostgres } from './support/secured-postgres.ts';

let postgres: SecuredPostgres;
let environment: Environment;

beforeAll(async () => {
  const stack = testStack();
  const [secured, { topic, dlqTopic }] = await Promise.all([startSecuredPostgres(), stack.createTopics()]);
  postgres = secured;
  const databaseUrl = await copyTemplate(postgres.url, await createTemplate(postgres.url));
  environment = {
    KAFKA_BROKERS: stack.brokers,
    KAFKA_TOPIC: topic,
    KAFKA_DLQ_TOPIC: dlqTopic,
    KAFKA_GROUP_ID: `group-${topic}`,
    DATABASE_URL: databaseUrl,
  };
});

afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
});

const PASSWORD = 'hunter2-secret';

/** The settings of a program that comes with these parameters in its URL. */
function via(parameters: Readonly<Record<string, string>>, change: Partial<URL> = {}): Environment {
  const url = Object.assign(new URL(environment['DATABASE_URL'] ?? ''), change);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { ...environment, DATABASE_URL: url.href };
}

function expectEnd(ended: Ended, code: number, line: RegExp): void {
  expect([ended.code, ended.stderr.trimEnd().split('\n').at(-1)]).toEqual([
    code,
    expect.stringMatching(line),
  ]);
  expect(ended.stderr).not.toMatch(/^ +at /m);
  expect(ended.stdout + ended.stderr).not.toContain(PASSWORD);
}

const drain = (settings: Environment) => runApp('consumer', ['--once'], settings);
const verified = (ca: keyof SecuredPostgres['pem'] = 'ca', change: Partial<URL> = {}) =>
  via({ sslmode: 'verify-full', sslrootcert: postgres.pem[ca] }, change);

test('a remote Postgres without TLS is refused before anything is sent', async () => {
  const remote = via({}, { hostname: 'db.example' });
  expectEnd(await drain(remote), 2, /DATABASE_URL names db\.example, .* DATABASE_ALLOW_PLAINTEXT=true/);
});

describe('TLS', () => {
  /** The server changes meanwhile, hence the order. */
  let ends: Readonly<Record<string, Ended>>;
  beforeAll(async () => {
    const without = await drain(verified());
    await postgres.show('good');
    const [good, untrusted, untold, stats] = await Promise.all([
      drain(verified()),
      drain(verified('otherCa')),
      drain(via({ sslmode: 'verify-full' })),
      runApp('stats', [], verified('otherCa')),
    ]);
    await postgres.show('expired');
    const expired = await drain(verified());
    await postgres.show('localhost-only');
    const [elsewhere, byName] = await Promise.all([
      drain(verified()),
      drain(verified('ca', { hostname: 'localhost' })),
    ]);
    await postgres.requireTls();
    const plain = await drain(environment);
    ends = { without, good, untrusted, untold, stats, expired, elsewhere, byName, plain };
  });

  test.each(['good', 'byName'])('lets in who trusts the certificate and asks for its name (%s)', (name) => {
    expect(ends[name]).toMatchObject({ code: 0 });
  });

  test.each<readonly [string, RegExp]>([
    ['without', /the server speaks no TLS; switch on its ssl, or set sslmode=disable in DATABASE_URL$/],
    [
      'untrusted',
      /^consumer: Postgres has a certificate that nobody signed .* with sslrootcert in DATABASE_URL$/,
    ],
    [
      'untold',
      /^consumer: Postgres has a certificate that nobody signed .* with sslrootcert in DATABASE_URL$/,
    ],
    ['stats', /^stats: Postgres has a certificate that nobody signed .* with sslrootcert in DATABASE_URL$/],
    ['expired', /Postgres has a certificate that has expired; renew the server's certificate/],
    [
      'elsewhere',
      /Postgres has a certificate for another host; name the host in DATABASE_URL as its certificate does$/,
    ],
    ['plain', /set sslmode=verify-full in DATABASE_URL: this Postgres takes nobody without TLS$/],
  ])('that does not fit ends a program in one line that says what to do (%s)', (name, line) => {
    expectEnd(ends[name] as Ended, 1, line);
  });
});

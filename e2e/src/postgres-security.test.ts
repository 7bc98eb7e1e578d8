import { connectDatabase, type Database, migrate } from '@pipeline/db';
import { settingsFor, testStack } from 'infra/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentedSql } from './support/documented-sql.ts';
import { createEvent, jsonRecord } from './support/events.ts';
import { openPipeline, type Pipeline } from './support/pipeline.ts';
import { type Ended, type Environment, runApp, startApp } from './support/programs.ts';
import { type SecuredPostgres, startSecuredPostgres } from './support/secured-postgres.ts';
import { waitForLog, waitUntil } from './support/wait.ts';

/** Of everybody who logs in; it must never be shown. */
const PASSWORD = 'hunter2-secret';

let postgres: SecuredPostgres;
let pipeline: Pipeline;

/** The tables are made by an administrator who is no superuser, the users by what docs/operations.md says. */
beforeAll(async () => {
  const stack = testStack();
  const [secured, topics] = await Promise.all([startSecuredPostgres(), stack.createTopics()]);
  postgres = secured;
  await createOwnerOf('without_roles', 'nocreaterole');
  await createOwnerOf('administered', 'createrole');
  const servers = { brokers: stack.brokers, databaseUrl: urlOf('administered') };
  await asUser('administered', (administrator) =>
    administrator.run((sql) => sql.unsafe(documentedSql('create role app_owner', PASSWORD)).simple()),
  );
  pipeline = await openPipeline(servers, topics.topic, topics.dlqTopic);
});

afterAll(async () => {
  await pipeline[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

/** Makes a user who owns a database of the same name, and nothing else, and its tables. */
async function createOwnerOf(name: string, attribute: string): Promise<void> {
  const { owner } = postgres;
  await owner.run((sql) => sql.unsafe(`create role ${name} login ${attribute} password '${PASSWORD}'`));
  await owner.run((sql) => sql.unsafe(`create database ${name} owner ${name}`));
  await migrate(settingsFor(urlOf(name)));
}

/** The URL of a user; their database is the administered one unless another is named. */
function urlOf(user: string, database = user.startsWith('app_') ? 'administered' : user): string {
  const place = { username: user, password: PASSWORD, pathname: database };
  return Object.assign(new URL(postgres.url), place).href;
}

async function asUser<Value>(
  user: string,
  work: (database: Database) => Promise<Value>,
  database?: string,
): Promise<Value> {
  const settings = settingsFor(urlOf(user, database));
  await using connected = connectDatabase(settings, { applicationName: 'test', connections: 1 });
  return await work(connected);
}

/** The settings of a program that logs in as a user, with these parameters in its URL. */
function via(
  user: string,
  parameters: Readonly<Record<string, string>> = {},
  change: Partial<URL> = {},
): Environment {
  const url = Object.assign(new URL(urlOf(user)), change);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { ...pipeline.environment, DATABASE_URL: url.href };
}

async function changePassword(password: string): Promise<void> {
  await postgres.owner.run((sql) => sql.unsafe(`alter role app_consumer password '${password}'`));
}

/** Changes the consumer's password for as long as something lasts. */
async function withPassword(password: string, work: () => Promise<void>): Promise<void> {
  await changePassword(password);
  try {
    await work();
  } finally {
    await changePassword(PASSWORD);
  }
}

/** A session outlives whoever had it by a moment. */
async function untilNoSession(user: string): Promise<void> {
  await waitUntil(async () => {
    const sessions = await postgres.owner.run(
      (sql) => sql`select from pg_stat_activity where usename = ${user}`,
    );
    return sessions.length === 0;
  });
}

async function endSessions(user: string): Promise<void> {
  await postgres.owner.run(
    (sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${user}`,
  );
  await untilNoSession(user);
}

async function isStored(eventId: string): Promise<boolean> {
  const found = await pipeline.database.run((sql) => sql`select from raw_events where event_id = ${eventId}`);
  return found.length > 0;
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
  via('app_consumer', { sslmode: 'verify-full', sslrootcert: postgres.pem[ca] }, change);

test('a remote Postgres without TLS is refused before anything is sent', async () => {
  const remote = via('app_consumer', {}, { hostname: 'db.example' });
  expectEnd(await drain(remote), 2, /DATABASE_URL names db\.example, .* DATABASE_ALLOW_PLAINTEXT=true/);
});

/** What each may not do; all of it is refused as a missing right. */
const refusals: Readonly<Record<string, readonly string[]>> = {
  app_consumer: [
    'delete from raw_events',
    "update raw_events set user_id = 'x'",
    'truncate raw_events',
    'delete from dlq_events',
    "update dlq_events set status = 'open'",
    'insert into dlq_actions (dlq_id) values (1)',
    'delete from agg_events_minute',
    'update agg_dead_letters set letter_count = 0',
    'delete from ingest_progress',
    'truncate ingest_progress',
    'alter table raw_events add column x int',
    'drop table raw_events',
    'create index on raw_events (user_id)',
    'create table more (x int)',
    'create role more',
    'select grant_to_roles()',
    'select * from schema_migrations',
  ],
  app_operator: [
    'insert into raw_events default values',
    'delete from dlq_events',
    "update dlq_events set value = 'x'",
    "update dlq_events set reason = 'empty'",
    "update dlq_actions set done_by = 'x'",
    'delete from dlq_actions',
    'update ingest_progress set stored = 0',
    'create table more (x int)',
  ],
  app_stats: [
    ...['raw_events', 'agg_events_minute', 'dlq_events', 'agg_dead_letters'].flatMap(everyChange),
    ...['dlq_actions', 'ingest_progress', 'stats_samples', 'schema_migrations'].flatMap(everyChange),
    'create table more (x int)',
    'select grant_to_roles()',
  ],
};

function everyChange(table: string): readonly string[] {
  return [
    `insert into ${table} default values`,
    `delete from ${table}`,
    `truncate ${table}`,
    `alter table ${table} add x int`,
  ];
}

describe('roles', () => {
  test.each(Object.entries(refusals))('%s does nothing that it need not do', async (user, statements) => {
    await asUser(user, async (database) => {
      await database.run((sql) => sql.unsafe('set default_transaction_read_only = off'));
      for (const statement of statements) {
        const attempt = database
          .run((sql) => sql.unsafe(statement))
          .then(
            () => 'was let through',
            ({ code }) => code,
          );
        expect([statement, await attempt]).toEqual([statement, '42501']);
      }
    });
  });

  test('each program runs with the rights of its role, and one with less says so in one line', async () => {
    await pipeline.publish([jsonRecord({ not: 'an event' }), jsonRecord({ nor: 'this' })]);
    expect(await drain(via('app_consumer'))).toMatchObject({ code: 0 });
    const looks = [['--json'], ['verify'], ['check', '--max-dlq', '5'], ['dlq', 'ls'], ['dlq', 'export']];
    const looked = await Promise.all(looks.map((words) => runApp('stats', words, via('app_stats'))));
    expect(looked.map(({ code }) => code)).toEqual(looks.map(() => 0));
    const discard = ['dlq', 'discard', '--all', '--because', 'a test', '--yes'];
    expectEnd(
      await runApp('stats', discard, via('app_stats')),
      1,
      /permission denied .*rights that docs\/operations\.md lists/,
    );
    const redriven = await runApp(
      'stats',
      ['dlq', 'redrive', '--all', '--limit', '1', '--yes'],
      via('app_operator'),
    );
    expect(redriven).toMatchObject({ code: 0 });
    expect(await runApp('stats', discard, via('app_operator'))).toMatchObject({ code: 0 });
    expect(await runApp('stats', ['verify', '--repair'], via('app_owner'))).toMatchObject({ code: 0 });
    expectEnd(
      await runApp('consumer', ['migrate'], via('app_consumer')),
      1,
      /permission denied for schema public/,
    );
  });

  test('whoever is in the role of the owner migrates, whoever made the tables', async () => {
    const more = {
      name: '9999_more.sql',
      sql: 'alter table raw_events add column more int; select grant_to_roles();',
    };
    expect(await migrate(settingsFor(urlOf('app_owner')), [more])).toEqual(['9999_more.sql']);
  });

  test("whoever is in the role of the owner parts the events, and the parts are the role's too", async () => {
    const parted = await runApp('stats', ['partition', '--ahead', '1'], via('app_owner'));
    expect(parted).toMatchObject({ code: 0 });
    const owners = await asUser('administered', (administrator) =>
      administrator.run((sql) => sql`select distinct tableowner from pg_tables where schemaname = 'public'`),
    );
    expect(owners).toEqual([{ tableowner: 'pipeline_owner' }]);
    await pipeline.publish([jsonRecord(createEvent())]);
    expect(await drain(via('app_consumer'))).toMatchObject({ code: 0 });
    expect(await runApp('stats', ['verify'], via('app_stats'))).toMatchObject({ code: 0 });
  });

  test('the page works for who may only look, and refuses to discard in one line', async () => {
    await using page = startApp('stats', ['serve'], via('app_stats'));
    await waitForLog(page, /stats page http/);
    const url = /stats page (http:\S+?)"/.exec(page.said())?.[1] ?? '';
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${url}/api/stats`)).json()).toMatchObject({ schemaVersion: 1 });
    const discarded = await fetch(`${url}/api/dlq/discard`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ all: true, because: 'a test' }),
    });
    expect(await discarded.text()).toMatch(/permission denied/);
  });

  test('statistics cannot take the connections of the consumer', async () => {
    const settings = settingsFor(urlOf('app_stats'));
    await untilNoSession('app_stats');
    await using crowd = connectDatabase(settings, { applicationName: 'crowd', connections: 9 });
    const slow = Array.from({ length: 9 }, () => crowd.run((sql) => sql`select pg_sleep(1)`));
    const outcomes = await Promise.allSettled(slow);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toEqual([
      expect.objectContaining({ reason: expect.objectContaining({ code: '53300' }) }),
    ]);
    const [row] = await asUser('app_consumer', (database) => database.run((sql) => sql`select 1 as one`));
    expect(row).toEqual({ one: 1 });
  });

  test('passwords are kept as SCRAM, and a wrong one ends a program in one line', async () => {
    const kept = await postgres.owner.run(
      (sql) => sql`select from pg_authid where rolcanlogin and rolpassword not like 'SCRAM-SHA-256$%'`,
    );
    expect(kept).toEqual([]);
    const wrong = via('app_consumer', {}, { password: `not-${PASSWORD}` });
    expectEnd(await drain(wrong), 1, /\(28P01\); check the user and the password of DATABASE_URL$/);
  });

  test('a password that is changed ends a running consumer when it connects anew; with the new one it goes on', async () => {
    await using consumer = startApp('consumer', [], via('app_consumer'));
    const [first, second] = [createEvent(), createEvent()];
    await pipeline.publish([jsonRecord(first)]);
    await waitUntil(() => isStored(first.event_id));
    await withPassword(`new-${PASSWORD}`, async () => {
      await endSessions('app_consumer');
      await pipeline.publish([jsonRecord(second)]);
      expectEnd(await consumer.ended, 1, /\(28P01\); check the user and the password of DATABASE_URL$/);
      const anew = via('app_consumer', {}, { password: `new-${PASSWORD}` });
      expect(await drain(anew)).toMatchObject({ code: 0 });
    });
    expect(await isStored(second.event_id)).toBe(true);
  });

  test('where the owner may not make roles there are none until somebody makes them and they are granted', async () => {
    const [tables] = await asUser('without_roles', (owner) =>
      owner.run((sql) => sql`select tableowner from pg_tables where tablename = 'raw_events'`),
    );
    expect(tables).toEqual({ tableowner: 'without_roles' });
    const read = () =>
      asUser('app_stats', (reader) => reader.run((sql) => sql`select from raw_events`), 'without_roles');
    await expect(read()).rejects.toMatchObject({ code: '42501' });
    await asUser('without_roles', (owner) => owner.run((sql) => sql`select grant_to_roles()`));
    expect(await read()).toEqual([]);
  });
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
      drain(via('app_consumer', { sslmode: 'verify-full' })),
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
    const plain = await drain(via('app_consumer'));
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
      /Postgres has a certificate for another host; use the host name of the certificate in DATABASE_URL$/,
    ],
    ['plain', /set sslmode=verify-full in DATABASE_URL: this Postgres takes nobody without TLS$/],
  ])('that does not fit ends a program in one line that says what to do (%s)', (name, line) => {
    expectEnd(ends[name] as Ended, 1, line);
  });
});

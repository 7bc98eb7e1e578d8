import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, type Database, migrate } from '@pipeline/db';
import { settingsFor, testStack } from '@pipeline/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import {
  planTriggerAttacks,
  readAllTables,
  runTriggerAttacks,
  type TriggerAttack,
} from './support/data/trigger-attacks.ts';
import { documentedSql } from './support/docs/documented-sql.ts';
import { type Ended, type Environment, runApp, startApp } from './support/programs/programs.ts';
import { prove } from './support/programs/prove.ts';
import { waitForLog, waitUntil } from './support/programs/wait.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';
import { type SecuredPostgres, startSecuredPostgres } from './support/servers/secured-postgres.ts';
import { createBuiltInRollups } from './support/servers/test-rollups.ts';

/** The password of all users; it must never be logged. */
const PASSWORD = 'hunter2-secret';

let postgres: SecuredPostgres;
let pipeline: Pipeline;

/** An administrator without superuser rights creates the tables; the documented SQL creates the users. */
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

/** Creates a user that owns a database of the same name, and its tables. */
async function createOwnerOf(name: string, attribute: string): Promise<void> {
  const { owner } = postgres;
  await owner.run((sql) => sql.unsafe(`create role ${name} login ${attribute} password '${PASSWORD}'`));
  await owner.run((sql) => sql.unsafe(`create database ${name} owner ${name}`));
  await migrate(settingsFor(urlOf(name)));
}

/** URL of a user; `app_…` users share the database `administered`. */
function urlOf(user: string, database = user.startsWith('app_') ? 'administered' : user): string {
  const parts = { username: user, password: PASSWORD, pathname: database };
  return Object.assign(new URL(postgres.url), parts).href;
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

/** Settings for a program that connects as a user, with these URL parameters. */
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

/** Changes the consumer's password for the duration of an action. */
async function withPassword(password: string, work: () => Promise<void>): Promise<void> {
  await changePassword(password);
  try {
    await work();
  } finally {
    await changePassword(PASSWORD);
  }
}

/** Waits until all sessions of a user have ended, which may be shortly after their client has. */
async function waitForNoSessions(user: string): Promise<void> {
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
  await waitForNoSessions(user);
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

test('a remote Postgres without TLS is rejected before connecting', async () => {
  const remote = via('app_consumer', {}, { hostname: 'db.example' });
  expectEnd(await drain(remote), 2, /db\.example without TLS.* DATABASE_ALLOW_PLAINTEXT=true/);
});

/** Statements that must fail with insufficient_privilege, by user. */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  app_consumer: [
    'delete from raw_events',
    "update raw_events set user_id = 'x'",
    'truncate raw_events',
    'delete from dlq_events',
    "update dlq_events set status = 'open'",
    'insert into dlq_actions (dlq_id) values (1)',
    'delete from agg_events_minute',
    'update agg_dead_letters set letter_count = 0',
    'update rollup_values set left_out = 0',
    'delete from rollup_keys',
    'delete from rollups',
    'delete from ingest_progress',
    'truncate ingest_progress',
    "insert into paused_partitions (topic, partition, paused_by, reason) values ('events', 0, '', '')",
    'delete from paused_partitions',
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
    "update paused_partitions set reason = ''",
    ...['update proofs set differences = 0', 'delete from proofs', 'truncate proofs'],
    'insert into proofs (proven_at) values (now())',
    'create table more (x int)',
  ],
  app_stats: [
    ...['raw_events', 'agg_events_minute', 'dlq_events', 'agg_dead_letters'].flatMap(everyChange),
    ...['dlq_actions', 'ingest_progress', 'stats_samples', 'paused_partitions'].flatMap(everyChange),
    ...everyChange('schema_migrations'),
    "insert into verifications (verified_at, events, differences) values ('2030-01-01', 1, 0)",
    'update verifications set differences = 0',
    'delete from verifications',
    ...['proofs', 'rollups', 'rollup_keys', 'rollup_values'].flatMap(everyChange),
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
  test.each(Object.entries(forbidden))('%s has no rights beyond its task', async (user, statements) => {
    await asUser(user, async (database) => {
      await database.run((sql) => sql.unsafe('set default_transaction_read_only = off'));
      for (const statement of statements) {
        const attempt = database
          .run((sql) => sql.unsafe(statement))
          .then(
            () => 'allowed',
            ({ code }) => code,
          );
        expect([statement, await attempt]).toEqual([statement, '42501']);
      }
    });
  });

  test('each program runs with its role; a missing right is reported in one line', async () => {
    await pipeline.publish([jsonRecord({ not: 'an event' }), jsonRecord({ nor: 'this' })]);
    expect(await drain(via('app_consumer'))).toMatchObject({ code: 0 });
    const readOnlyCommands = [
      ['--json'],
      ['verify'],
      ['check', '--max-dlq', '5'],
      ['dlq', 'ls'],
      ['dlq', 'export'],
    ];
    const ended = await Promise.all(readOnlyCommands.map((args) => runApp('stats', args, via('app_stats'))));
    expect(ended.map(({ code }) => code)).toEqual(readOnlyCommands.map(() => 0));
    expect(ended.map(({ stderr }) => stderr).join()).not.toMatch(/permission|not kept/);
    const unstored = /the receipt is not stored/;
    const read = await prove({ environment: via('app_stats') });
    expect([read.code, read.stderr]).toEqual([0, expect.stringMatching(unstored)]);
    const kept = await prove({ environment: via('app_operator') });
    expect([kept.code, kept.stderr]).toEqual([0, expect.not.stringMatching(unstored)]);
    const proofs = await pipeline.database.run(
      (sql) => sql`select records::int, differences::int from proofs`,
    );
    expect(proofs).toEqual([{ records: 2, differences: 0 }]);
    const discard = ['dlq', 'discard', '--all', '--because', 'a test', '--yes'];
    expectEnd(
      await runApp('stats', discard, via('app_stats')),
      1,
      /permission denied .*rights that the documentation lists/,
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

  test('members of the owner role can migrate tables of another user', async () => {
    const more = {
      name: '9999_more.sql',
      sql: 'alter table raw_events add column more int; select grant_to_roles();',
    };
    expect(await migrate(settingsFor(urlOf('app_owner')), [more])).toEqual(['9999_more.sql']);
  });

  test('members of the owner role can partition; the role owns the partitions', async () => {
    const partitioned = await runApp('stats', ['partition', '--ahead', '1'], via('app_owner'));
    expect(partitioned).toMatchObject({ code: 0 });
    const owners = await asUser('administered', (administrator) =>
      administrator.run((sql) => sql`select distinct tableowner from pg_tables where schemaname = 'public'`),
    );
    expect(owners).toEqual([{ tableowner: 'pipeline_owner' }]);
    await pipeline.publish([jsonRecord(createEvent())]);
    expect(await drain(via('app_consumer'))).toMatchObject({ code: 0 });
    expect(await runApp('stats', ['verify'], via('app_stats'))).toMatchObject({ code: 0 });
  });

  // M4
  describe('functions that run with the rights of their owner', () => {
    const others = ['app_consumer', 'app_operator', 'app_stats'];
    let attacks: readonly TriggerAttack[];
    const names = () => [...new Set(attacks.map(({ name }) => name))];

    /** Roll-ups add functions; the tables have something to falsify. */
    beforeAll(async () => {
      await createBuiltInRollups(urlOf('app_owner'));
      await pipeline.publish([jsonRecord(createEvent()), jsonRecord({ not: 'an event' })]);
      expect(await drain(via('app_consumer'))).toMatchObject({ code: 0 });
      attacks = await planTriggerAttacks(pipeline.database);
      expect(names()).toEqual(
        expect.arrayContaining(['apply_rollups', 'count_dead_letters', 'count_rollups']),
      );
    });

    /** Expects every attack to end in this way, and to change no table. */
    async function expectOutcome(user: string, outcome: string): Promise<void> {
      const before = await readAllTables(pipeline.database);
      await asUser(user, async (database) => {
        await database.run((sql) => sql.unsafe('set default_transaction_read_only = off'));
        const outcomes = await runTriggerAttacks(database, attacks);
        expect(outcomes).toEqual(names().map((name) => `${name}: ${outcome}`));
      });
      expect(await readAllTables(pipeline.database)).toEqual(before);
    }

    test.each(['app_owner', ...others])(
      '%s cannot use them by a trigger on a table of its own',
      async (user) => {
        await expectOutcome(user, user === 'app_owner' ? 'fired in vain' : 'not attached');
      },
    );

    test.each(others)('%s could not use them if it had the right to execute them', async (user) => {
      const functions = names().map((name) => `${name}()`);
      const change = (right: string) => asUser('app_owner', (owner) => owner.run((sql) => sql.unsafe(right)));
      await change(`grant execute on function ${functions} to ${user}`);
      await expectOutcome(user, 'fired in vain');
      await change(`revoke execute on function ${functions} from ${user}`);
    });
  });

  test('only the operator pauses and resumes partitions', { tags: 'long' }, async () => {
    await pipeline.publish([jsonRecord(createEvent(), { partition: 0 })]);
    expect(await drain(via('app_consumer'))).toMatchObject({ code: 0 });
    const partition = ['--partition', `${pipeline.topic}:0`];
    const change = (command: string, user: string) => runApp('consumer', [command, ...partition], via(user));
    for (const user of ['app_consumer', 'app_stats'])
      expectEnd(await change('pause', user), 1, /permission denied|read-only/);
    expect(await change('pause', 'app_operator')).toMatchObject({ code: 0 });
    expectEnd(await drain(via('app_consumer')), 1, /\/0 is paused/);
    expectEnd(await change('resume', 'app_consumer'), 1, /permission denied/);
    expect(await change('resume', 'app_operator')).toMatchObject({ code: 0 });
  });

  test('the page works with read-only rights; discard fails with permission denied', async () => {
    await using page = startApp('stats', ['serve'], via('app_stats'));
    await waitForLog(page, /stats page http/);
    const url = /stats page (http:\S+?)"/.exec(page.stderr())?.[1] ?? '';
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${url}/api/stats`)).json()).toMatchObject({ schemaVersion: 1 });
    const discarded = await fetch(`${url}/api/dlq/discard`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ all: true, because: 'a test' }),
    });
    expect(await discarded.text()).toMatch(/permission denied/);
  });

  test('stats cannot use up the connections of the consumer', async () => {
    const settings = settingsFor(urlOf('app_stats'));
    await waitForNoSessions('app_stats');
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

  test('passwords are stored as SCRAM; a wrong one ends a program in one line', async () => {
    const unsafe = await postgres.owner.run(
      (sql) => sql`select from pg_authid where rolcanlogin and rolpassword not like 'SCRAM-SHA-256$%'`,
    );
    expect(unsafe).toEqual([]);
    const wrong = via('app_consumer', {}, { password: `not-${PASSWORD}` });
    expectEnd(await drain(wrong), 1, /\(28P01\); check the user and the password of DATABASE_URL$/);
  });

  test('a password file or command is read for each connection; a failure is one line', {
    tags: 'long',
  }, async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'password-')), 'password');
    const withoutPassword = via('app_consumer', {}, { password: '' });
    const fromFile = { ...withoutPassword, DATABASE_PASSWORD_FILE: path };
    expectEnd(await drain(fromFile), 1, /DATABASE_PASSWORD_FILE: .* cannot be read or is empty; name a file/);
    writeFileSync(path, `${PASSWORD}\n`);
    await using _consumer = startApp('consumer', [], fromFile);
    const [first, second] = [createEvent(), createEvent()];
    await pipeline.publish([jsonRecord(first)]);
    await waitUntil(() => isStored(first.event_id));
    await withPassword(`new-${PASSWORD}`, async () => {
      writeFileSync(path, `new-${PASSWORD}\n`);
      await endSessions('app_consumer');
      await pipeline.publish([jsonRecord(second)]);
      await waitUntil(() => isStored(second.event_id));
    });
    const command = (text: string) => drain({ ...withoutPassword, DATABASE_PASSWORD_COMMAND: text });
    expect(await command(`printf %s ${PASSWORD}`)).toMatchObject({ code: 0 });
    expectEnd(
      await command('echo no token >&2; exit 1'),
      1,
      /DATABASE_PASSWORD_COMMAND failed: no token; run/,
    );
  });

  test('a changed password ends the consumer on reconnect; the new one works', { tags: 'long' }, async () => {
    await using consumer = startApp('consumer', [], via('app_consumer'));
    const [first, second] = [createEvent(), createEvent()];
    await pipeline.publish([jsonRecord(first)]);
    await waitUntil(() => isStored(first.event_id));
    await withPassword(`new-${PASSWORD}`, async () => {
      await endSessions('app_consumer');
      await pipeline.publish([jsonRecord(second)]);
      expectEnd(await consumer.ended, 1, /\(28P01\); check the user and the password of DATABASE_URL$/);
      const changed = via('app_consumer', {}, { password: `new-${PASSWORD}` });
      expect(await drain(changed)).toMatchObject({ code: 0 });
    });
    expect(await isStored(second.event_id)).toBe(true);
  });

  test('an owner without CREATEROLE can grant rights to roles created later', async () => {
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
  /** In sequence, because the server configuration changes in between. */
  let ends: Readonly<Record<string, Ended>>;
  beforeAll(async () => {
    const noTls = await drain(verified());
    await postgres.useCertificate('good');
    const required = { sslmode: 'require', sslrootcert: postgres.pem.ca };
    const bound = { ...required, channel_binding: 'require' };
    const [good, require, channelBinding] = await Promise.all([
      drain(verified()),
      drain(via('app_consumer', required)),
      drain(via('app_consumer', bound)),
    ]);
    // Not at the same time: a fourth member gets none of the three partitions, and needs no Postgres.
    const [untrusted, noCa, stats] = await Promise.all([
      drain(verified('otherCa')),
      drain(via('app_consumer', { sslmode: 'verify-full' })),
      runApp('stats', [], verified('otherCa')),
    ]);
    await postgres.useCertificate('expired');
    const expired = await drain(verified());
    await postgres.useCertificate('localhost-only');
    const [wrongHost, byName, verifyCa] = await Promise.all([
      drain(verified()),
      drain(verified('ca', { hostname: 'localhost' })),
      drain(via('app_consumer', { sslmode: 'verify-ca', sslrootcert: postgres.pem.ca })),
    ]);
    await postgres.requireTls();
    const plaintext = await drain(via('app_consumer'));
    const accepted = { good, require, channelBinding, byName, verifyCa };
    ends = { ...accepted, noTls, untrusted, noCa, stats, expired, wrongHost, plaintext };
  });

  test.each(['good', 'require', 'channelBinding', 'byName', 'verifyCa'])(
    'accepts a trusted certificate with a matching name, or verify-ca (%s)',
    (name) => {
      expect(ends[name]).toMatchObject({ code: 0 });
    },
  );

  test.each<readonly [string, RegExp]>([
    [
      'noTls',
      /the server speaks no TLS; enable TLS \(ssl = on\) in Postgres, or set sslmode=disable in DATABASE_URL$/,
    ],
    [
      'untrusted',
      /^consumer: Postgres presents a certificate that is not signed .*; set sslrootcert .* signed it$/,
    ],
    [
      'noCa',
      /^consumer: Postgres presents a certificate that is not signed .*; set sslrootcert .* signed it$/,
    ],
    ['stats', /^stats: Postgres presents a certificate that is not signed .*; set sslrootcert .* signed it$/],
    ['expired', /Postgres presents an expired certificate; renew the server's certificate/],
    [
      'wrongHost',
      /presents a certificate for another host name; use the host name of the certificate in DATABASE_URL$/,
    ],
    ['plaintext', /set sslmode=verify-full in DATABASE_URL: this Postgres requires TLS$/],
  ])('failures end the program in one line with a remedy (%s)', (name, line) => {
    expectEnd(ends[name] as Ended, 1, line);
  });
});

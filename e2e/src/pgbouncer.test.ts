import { connectDatabase, migrate } from '@pipeline/db';
import { freshName, settingsFor, testStack } from '@pipeline/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { findDifferences, joinOracles, publishMix } from './support/data/oracle.ts';
import { documentedSql } from './support/docs/documented-sql.ts';
import { type Ended, type Environment, runApp } from './support/programs/programs.ts';
import { noPgbouncer, type Pgbouncer, startPgbouncer } from './support/servers/pgbouncer.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';

const PASSWORD = 'hunter2-secret';
const name = freshName('bouncer');
const users = Object.fromEntries(
  ['owner', 'writer', 'operator'].map((role) => [`${name}_${role}`, PASSWORD]),
);

describe.skipIf(noPgbouncer !== undefined)(
  `through PgBouncer${noPgbouncer === undefined ? '' : ` (${noPgbouncer})`}`,
  () => {
    let pipeline: Pipeline;
    let pgbouncer: Pgbouncer;

    beforeAll(async () => {
      const stack = testStack();
      const [databaseUrl, { topic, dlqTopic }] = await Promise.all([
        stack.createDatabase(),
        stack.createTopics(),
      ]);
      pipeline = await openPipeline({ brokers: stack.brokers, databaseUrl }, topic, dlqTopic);
      const logins = Object.keys(users).map((user) => {
        const role = user.replace(name, 'pipeline');
        return `create role ${user} login password '${PASSWORD}' in role ${role};`;
      });
      // Before the first connection, because pooled connections keep their initial settings.
      const limits = documentedSql('set lock_timeout', PASSWORD).replaceAll('app_consumer', `${name}_writer`);
      await pipeline.database.run((sql) => sql.unsafe([...logins, limits].join('\n')).simple());
      await pipeline.database.run((sql) => sql.unsafe(`create database ${name} owner ${name}_owner`));
      pgbouncer = await startPgbouncer(new URL(inject('postgresUrl')), users, 2);
    });

    afterAll(async () => {
      await pipeline[Symbol.asyncDispose]();
      await pgbouncer[Symbol.asyncDispose]();
    });

    function via(
      role: string,
      change: Environment = { DATABASE_POOL_MODE: 'transaction' },
      password = PASSWORD,
    ): Environment {
      const url = new URL(pipeline.environment['DATABASE_URL'] ?? '');
      Object.assign(url, { host: `127.0.0.1:${pgbouncer.port}`, username: `${name}_${role}`, password });
      return { ...pipeline.environment, DATABASE_URL: url.href, ...change };
    }

    function databaseSettings(role: string, database?: string) {
      const settings = settingsFor(via(role)['DATABASE_URL'] ?? '', database);
      return { ...settings, DATABASE_POOL_MODE: 'transaction' } as const;
    }

    function expectEnd({ code, stderr }: Ended, line: RegExp): void {
      expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([1, expect.stringMatching(line)]);
      expect(stderr).not.toContain(PASSWORD);
    }

    test('two consumers share two connections and lose and duplicate nothing', async () => {
      const oracle = await publishMix(pipeline, { events: 2_000, badEvery: 50, duplicateEvery: 20 });
      const settings = { ...via('writer'), BATCH_MAX_EVENTS: '50', WRITERS: '3' };
      const ended = await Promise.all([1, 2].map(() => runApp('consumer', ['--once'], settings)));
      expect(ended.map(({ code }) => code)).toEqual([0, 0]);
      expect(await findDifferences(pipeline, joinOracles([oracle]))).toEqual([]);
    });

    test('stats, redrive, discard, verify and migrate work', async () => {
      const commands = [
        ['--json'],
        ['dlq', 'redrive', '--all', '--limit', '10', '--yes'],
        ['dlq', 'discard', '--all', '--because', 'a test', '--yes'],
        ['verify', '--json'],
      ];
      for (const args of commands) {
        const { code, stderr } = await runApp('stats', args, via('operator'));
        expect([args, code, stderr]).toEqual([args, 0, expect.any(String)]);
      }
      expect(await runApp('stats', ['verify', '--repair'], via('owner'))).toMatchObject({ code: 0 });
      expect(await runApp('consumer', ['migrate'], via('owner'))).toMatchObject({ code: 0 });
    });

    test('a missing DATABASE_POOL_MODE or a wrong password ends in one line', async () => {
      const [unset, wrong] = await Promise.all([
        runApp('consumer', ['--once'], via('writer', {})),
        runApp('consumer', ['--once'], via('writer', { DATABASE_POOL_MODE: 'transaction' }, 'not-it')),
      ]);
      expectEnd(unset, /unsupported startup parameter: .*; .*set DATABASE_POOL_MODE=transaction$/);
      expectEnd(wrong, /check the user and the password of DATABASE_URL$/);
    });

    test('doctor finds a pool mode that does not fit, and a user without timeouts', async () => {
      const namesVia = async (change?: Environment) => {
        const { stdout } = await runApp('stats', ['doctor', '--json'], via('operator', change));
        return JSON.parse(stdout).findings.map(({ name: found }: { readonly name: string }) => found);
      };
      expect(await namesVia({})).toEqual(['pool-mode-mismatch']);
      expect(await namesVia()).toEqual(['statement-timeout-off']);
    });

    test('timeouts set for the role apply', async () => {
      await using writer = connectDatabase(databaseSettings('writer'), {
        applicationName: 'test',
        connections: 1,
      });
      const [row] = await writer.run(
        (sql) => sql`
          select string_agg(current_setting(name), ' ' order by name) as limits
          from unnest(array['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'])
            as name`,
      );
      expect(row).toEqual({ limits: '15s 10s 20s' });
    });

    test('concurrent migrations apply each file once', async () => {
      const settings = databaseSettings('owner', name);
      const applied = (await Promise.all([migrate(settings), migrate(settings)])).flat().sort();
      expect(applied).toEqual([...new Set(applied)]);
      expect(applied[0]).toBe('0001_tables.sql');
      expect(await migrate(settings)).toEqual([]);
    });
  },
);

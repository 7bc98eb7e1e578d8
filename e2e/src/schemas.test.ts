import { freshName, testStack } from '@pipeline/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { fingerprint } from './support/data/invariants.ts';
import { findDifferences, type Oracle, publishMix } from './support/data/oracle.ts';
import { type Environment, provision, runApp } from './support/programs/programs.ts';
import { noPgbouncer, type Pgbouncer, startPgbouncer } from './support/servers/pgbouncer.ts';
import { openPipeline, type Pipeline } from './support/servers/pipeline.ts';

const PASSWORD = 'hunter2-secret';
const name = freshName('team');
const kinds = ['owner', 'writer', 'operator'] as const;
type Kind = (typeof kinds)[number];

/** A pipeline in a schema of the database that all pipelines share, with a login per role. */
interface Team {
  readonly schema: string;
  readonly pipeline: Pipeline;
  readonly oracle: Oracle;
}

let teams: readonly Team[];
let pgbouncer: Pgbouncer | undefined;

beforeAll(async () => {
  const databaseUrl = await testStack().createDatabase();
  const schemas = ['public', ...[1, 2, 3, 4].map((number) => `${name}_${number}`)];
  teams = await Promise.all(schemas.map((schema, index) => openTeam(databaseUrl, schema, index)));
  const logins = schemas.flatMap((schema) => kinds.map((kind) => loginOf(schema, kind)));
  const users = Object.fromEntries(logins.map((login) => [login, PASSWORD]));
  if (noPgbouncer === undefined) pgbouncer = await startPgbouncer(new URL(inject('postgresUrl')), users, 2);
});

afterAll(async () => {
  await Promise.all(teams.map(({ pipeline }) => pipeline[Symbol.asyncDispose]()));
  await pgbouncer?.[Symbol.asyncDispose]();
});

async function openTeam(databaseUrl: string, schema: string, index: number): Promise<Team> {
  const stack = testStack();
  const { topic, dlqTopic } = await stack.createTopics();
  const servers = { brokers: stack.brokers, databaseUrl };
  const pipeline = await openPipeline(servers, topic, dlqTopic, { DATABASE_SCHEMA: schema });
  expect(await provision(pipeline.environment)).toMatchObject({ code: 0 });
  const prefix = schema === 'public' ? 'pipeline' : `pipeline_${schema}`;
  const statements = kinds.map(
    (kind) => `create role ${loginOf(schema, kind)} login password '${PASSWORD}' in role ${prefix}_${kind};`,
  );
  await pipeline.database.run((sql) => sql.unsafe(statements.join('')).simple());
  const oracle = await publishMix(pipeline, {
    events: 300 + index,
    badEvery: 50 - index,
    duplicateEvery: 20,
  });
  return { schema, pipeline, oracle };
}

function loginOf(schema: string, kind: Kind): string {
  return `${schema === 'public' ? `${name}_0` : schema}_${kind}`;
}

/** Settings of a program with a role, through PgBouncer if there is one. */
function as(kind: Kind, { schema, pipeline }: Team): Environment {
  const url = new URL(pipeline.environment['DATABASE_URL'] ?? '');
  Object.assign(url, { username: loginOf(schema, kind), password: PASSWORD });
  if (pgbouncer === undefined) return { ...pipeline.environment, DATABASE_URL: url.href };
  url.host = `127.0.0.1:${pgbouncer.port}`;
  return { ...pipeline.environment, DATABASE_URL: url.href, DATABASE_POOL_MODE: 'transaction' };
}

const runStats = (team: Team, kind: Kind, ...args: readonly string[]) =>
  runApp('stats', args, as(kind, team));

test('five pipelines in one database store their own events at the same time', async () => {
  const ended = await Promise.all(teams.map((team) => runApp('consumer', ['--once'], as('writer', team))));
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  for (const { pipeline, oracle } of teams) expect(await findDifferences(pipeline, oracle)).toEqual([]);
});

test('the numbers of each pipeline are its own', async () => {
  for (const team of teams) {
    const { stdout } = await runStats(team, 'operator', '--json');
    const { events, deadLetters } = JSON.parse(stdout);
    const { eventIds, badValues } = team.oracle;
    expect([events.stored, deadLetters.open]).toEqual([String(eventIds.size), String(badValues.size)]);
    expect(await runStats(team, 'operator', 'verify')).toMatchObject({ code: 0 });
  }
});

test('discard, purge, partition and repair change one pipeline', async () => {
  const [team, ...others] = teams.toReversed();
  if (team === undefined) throw new Error('there is no team');
  const before = await Promise.all(others.map(({ pipeline }) => fingerprint(pipeline.database)));
  const commands = [
    ['operator', 'dlq', 'discard', '--all', '--because', 'a test', '--yes'],
    ['owner', 'purge', '--before', '2100-01-01', '--yes'],
    ['owner', 'partition', '--ahead', '2'],
    ['owner', 'verify', '--repair'],
  ] as const;
  for (const [kind, ...args] of commands)
    expect([args, await runStats(team, kind, ...args)]).toEqual([args, expect.objectContaining({ code: 0 })]);
  expect(await runStats(team, 'operator', 'verify')).toMatchObject({ code: 0 });
  const rows = await team.pipeline.database.run((sql) => sql`select from pipeline.raw_events`);
  expect(rows).toHaveLength(0);
  expect(await Promise.all(others.map(({ pipeline }) => fingerprint(pipeline.database)))).toEqual(before);
});

test('a login of one pipeline cannot use the schema of another', async () => {
  const [first, second] = teams.slice(1);
  if (first === undefined || second === undefined) throw new Error('there are no teams');
  const settings = { ...as('writer', first), DATABASE_SCHEMA: second.schema };
  const { code, stderr } = await runApp('consumer', ['--once'], settings);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`permission denied for schema ${second.schema}`),
  ]);
});

import { freshName, testStack } from '@pipeline/testing';
import { inject } from 'vitest';
import { type Environment, provision } from '../programs/programs.ts';
import { noPgbouncer, startPgbouncer } from './pgbouncer.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';

const PASSWORD = 'hunter2-secret';
const roles = ['owner', 'writer', 'operator'] as const;
type Role = (typeof roles)[number];

/** One of several pipelines in one database, with topics, a group, a schema and logins of its own. */
export interface Neighbour {
  readonly schema: string;
  readonly pipeline: Pipeline;
  /** The names of its login users. */
  readonly logins: readonly string[];
  /** Settings of a program that logs in with a role of this pipeline, through PgBouncer if there is one. */
  as(role: Role): Environment;
}

export interface Neighbours extends AsyncDisposable {
  /** The first one has the schema `public`. */
  readonly all: readonly [Neighbour, Neighbour, Neighbour, Neighbour, Neighbour];
}

/** Provisions five pipelines in one database, at the same time and with `infra provision`. */
export async function openNeighbours(): Promise<Neighbours> {
  await using stack = new AsyncDisposableStack();
  const databaseUrl = await testStack().createDatabase();
  const name = freshName('team');
  const schemas = ['public', ...[1, 2, 3, 4].map((number) => `${name}_${number}`)];
  const prefixes = [`${name}_0`, ...schemas.slice(1)];
  const users = prefixes.flatMap((prefix) => roles.map((role) => [`${prefix}_${role}`, PASSWORD]));
  const port = noPgbouncer
    ? undefined
    : stack.use(await startPgbouncer(new URL(inject('postgresUrl')), Object.fromEntries(users), 3)).port;
  const opened = schemas.map((schema, index) =>
    openNeighbour(databaseUrl, schema, prefixes[index] ?? '', port),
  );
  const all = await Promise.all(opened);
  for (const { pipeline } of all) stack.use(pipeline);
  const moved = stack.move();
  return { all: all as unknown as Neighbours['all'], [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

async function openNeighbour(
  databaseUrl: string,
  schema: string,
  prefix: string,
  port: number | undefined,
): Promise<Neighbour> {
  const { brokers, createTopics } = testStack();
  const { topic, dlqTopic } = await createTopics();
  const pipeline = await openPipeline({ brokers, databaseUrl }, topic, dlqTopic, { DATABASE_SCHEMA: schema });
  const { code, stderr } = await provision(pipeline.environment);
  if (code !== 0) throw new Error(`infra provision ended with exit code ${code}: ${stderr}`);
  const group = schema === 'public' ? 'pipeline' : `pipeline_${schema}`;
  const logins = roles.map(
    (role) => `create role ${prefix}_${role} login password '${PASSWORD}' in role ${group}_${role}`,
  );
  await pipeline.database.run((sql) => sql.unsafe(logins.join(';')).simple());
  const as = (role: Role) => {
    const url = Object.assign(new URL(databaseUrl), { username: `${prefix}_${role}`, password: PASSWORD });
    if (port === undefined) return { ...pipeline.environment, DATABASE_URL: url.href };
    url.host = `127.0.0.1:${port}`;
    return { ...pipeline.environment, DATABASE_URL: url.href, DATABASE_POOL_MODE: 'transaction' };
  };
  return { schema, pipeline, logins: roles.map((role) => `${prefix}_${role}`), as };
}

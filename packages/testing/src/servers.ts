import { UserError } from '@pipeline/runtime';
import { dockerAnswers } from '@pipeline/servers';
import { startContainers } from './containers.ts';
import { startPrivateKafka, startPrivatePostgres } from './private-servers.ts';
import type { TestServers } from './test-servers.ts';

/**
 * Starts the servers that `PIPELINE_TEST_SERVERS` names: `containers`, `local` processes, or `given` ones,
 * which run at KAFKA_BROKERS and DATABASE_URL. Without it: containers if a Docker engine is running, or else
 * local processes.
 * @throws UserError if that variable has another value
 */
export async function startTestServers(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TestServers> {
  const kind = environment['PIPELINE_TEST_SERVERS'] || ((await dockerAnswers()) ? 'containers' : 'local');
  if (kind === 'given') return givenServers(environment);
  if (kind === 'containers') return await startContainers();
  if (kind === 'local') return await startLocal();
  throw new UserError(`PIPELINE_TEST_SERVERS is ${kind}`, 'set it to given, containers or local');
}

function givenServers(environment: Readonly<Record<string, string | undefined>>): TestServers {
  return {
    brokers: environment['KAFKA_BROKERS'] || '127.0.0.1:9092',
    postgresUrl: environment['DATABASE_URL'] || 'postgres://app:app@127.0.0.1:5432/app',
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Compaction starts every half second, instead of every 15 s. */
const settings = { 'log.cleaner.backoff.ms': 500 };

/** Their data is removed after the tests, so that Postgres need not sync to disk. */
async function startLocal(): Promise<TestServers> {
  const [kafka, postgres] = await Promise.all([
    startPrivateKafka({ settings }),
    startPrivatePostgres(['fsync=off']),
  ]);
  return {
    brokers: kafka.address,
    postgresUrl: postgres.address,
    async [Symbol.asyncDispose]() {
      await Promise.all([kafka[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()]);
    },
  };
}

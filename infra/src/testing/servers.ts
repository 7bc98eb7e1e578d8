import { UserError } from '@pipeline/runtime';
import { dockerAnswers } from '../local/docker.ts';
import { startContainers } from './containers.ts';
import { startPrivateKafka, startPrivatePostgres } from './private-servers.ts';

/** One Kafka and one Postgres for all tests of a run; no test knows whose they are. */
export interface TestServers extends AsyncDisposable {
  /** A comma list of `HOST:PORT`. */
  readonly brokers: string;
  /** A user who may make databases. */
  readonly postgresUrl: string;
}

/**
 * Decides which servers the tests run against: those that `PIPELINE_TEST_SERVERS` names (`given`, at KAFKA_BROKERS and
 * DATABASE_URL, `containers` or `local`), else containers where a Docker engine answers, else local processes.
 * @throws UserError when that variable holds another word
 */
export async function startTestServers(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TestServers> {
  const kind = environment['PIPELINE_TEST_SERVERS'] || ((await dockerAnswers()) ? 'containers' : 'local');
  if (kind === 'given') return givenServers(environment);
  if (kind === 'containers') return await startContainers();
  if (kind === 'local') return await startLocal();
  throw new UserError(`PIPELINE_TEST_SERVERS is ${kind}`, 'say given, containers or local');
}

function givenServers(environment: Readonly<Record<string, string | undefined>>): TestServers {
  return {
    brokers: environment['KAFKA_BROKERS'] || '127.0.0.1:9092',
    postgresUrl: environment['DATABASE_URL'] || 'postgres://app:app@127.0.0.1:5432/app',
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Their data lives as long as the tests, so Postgres need not wait for the disk. */
async function startLocal(): Promise<TestServers> {
  const [kafka, postgres] = await Promise.all([startPrivateKafka(), startPrivatePostgres(['fsync=off'])]);
  return {
    brokers: kafka.address,
    postgresUrl: postgres.address,
    async [Symbol.asyncDispose]() {
      await Promise.all([kafka[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()]);
    },
  };
}

import { isTransientError, migrate } from '@pipeline/db';
import {
  type ClusterAdmin,
  connectKafka,
  isTransientError as isTransientKafkaError,
  openAdmin,
  toUserError as toKafkaUserError,
} from '@pipeline/kafka';
import {
  createLogger,
  createProgram,
  retryForever,
  runProgram,
  settingsOf,
  stopSignal,
  withSettings,
} from '@pipeline/runtime';
import { parseEndpoint } from './local/endpoint.ts';
import { waitFor } from './local/wait-for.ts';
import { nextLines, say } from './screen.ts';
import { type InfraSettings, infraSettings, pageSettings, version } from './settings.ts';

const allSettings = { ...infraSettings, ...pageSettings };

const program = withSettings(createProgram('provision', 'Makes topics and tables', version), allSettings)
  .addHelpText(
    'beforeAll',
    'Examples:\n  provision    topics and tables where the settings point; safe to repeat\n',
  )
  .option('--dev', 'as a part of "turbo run dev": say what comes next')
  .action(async ({ dev }: { readonly dev?: boolean }) => {
    const settings = settingsOf(program, allSettings);
    const signal = stopSignal();
    const brokers = settings.KAFKA_BROKERS.map(parseEndpoint);
    await Promise.all([
      waitFor('Kafka', brokers, signal).then(() => provisionTopics(settings, signal)),
      waitFor('Postgres', [settings.DATABASE_URL], signal).then(() => provisionTables(settings, signal)),
    ]);
    say(`✔ topics ${settings.KAFKA_TOPIC} (3), ${settings.KAFKA_DLQ_TOPIC} (1) · tables up to date`);
    if (dev) await makeGroupReady(settings, signal);
    if (dev) say(nextLines(settings));
  });

async function provisionTopics(settings: InfraSettings, signal: AbortSignal): Promise<void> {
  await onCluster(settings, signal, (admin) => admin.provisionTopics(settings));
}

/** A new Kafka makes its topic of committed offsets when a group first asks; a consumer would have to wait for that. */
async function makeGroupReady(settings: InfraSettings, signal: AbortSignal): Promise<void> {
  await onCluster(settings, signal, (admin) => admin.fetchOffsets(settings.KAFKA_TOPIC, 'provision'));
}

/** Works on a cluster, for as long as its faults pass. */
async function onCluster(
  settings: InfraSettings,
  signal: AbortSignal,
  work: (admin: ClusterAdmin) => Promise<unknown>,
): Promise<void> {
  const kafka = connectKafka(settings, 'provision', createLogger('provision', settings));
  const attempt = async () => {
    await using admin = await openAdmin(kafka);
    await work(admin);
  };
  const options = { isTransient: isTransientKafkaError, onRetry: sayWhy('Kafka'), signal };
  await retryForever(attempt, options).catch((error: unknown) => {
    throw toKafkaUserError(error);
  });
}

async function provisionTables(settings: InfraSettings, signal: AbortSignal): Promise<void> {
  const options = { isTransient: isTransientError, onRetry: sayWhy('Postgres'), signal };
  await retryForever(() => migrate(settings), options);
}

/** A server that has just begun to listen may still refuse for a moment; beyond that, somebody should know. */
function sayWhy(name: string): (error: unknown, failures: number) => void {
  return (error, failures) => {
    if (failures === 5) say(`waiting for ${name}: ${error instanceof Error ? error.message : error}`);
  };
}

await runProgram(program);

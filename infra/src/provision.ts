import { migrate, migrateRollups, migrateViews, postgresErrors } from '@pipeline/db';
import { eventSettings, loadDefinition } from '@pipeline/definition';
import {
  type ClusterAdmin,
  connectKafka,
  kafkaErrors,
  openAdmin,
  requireOwnDeadLetterTopic,
} from '@pipeline/kafka';
import {
  createLogger,
  createProgram,
  runProgram,
  settingsOf,
  stopSignal,
  withSettings,
} from '@pipeline/program';
import { waitFor } from '@pipeline/runtime';
import { deriveRollups, deriveViews, type EventDefinition } from '@pipeline/schema';
import { parseEndpoint, type Report } from '@pipeline/servers';
import { QUIET_MS, waitForListener } from './local/wait-for-listener.ts';
import { createReporter, nextLines } from './screen.ts';
import { type InfraSettings, infraSettings, pageSettings, version } from './settings.ts';

const allSettings = { ...eventSettings, ...infraSettings, ...pageSettings };

const program = withSettings(
  createProgram(
    'provision',
    'Creates the topics and tables on the configured servers; safe to repeat.',
    version,
  ),
  allSettings,
)
  .addHelpText('beforeAll', 'Examples:\n  pnpm --filter infra provision\n')
  .option('--dev', 'used by "turbo run dev": print the next steps')
  .action(async ({ dev }: { readonly dev?: boolean }) => {
    const settings = settingsOf(program, allSettings);
    requireOwnDeadLetterTopic(settings);
    const definition = await loadDefinition(settings);
    const context = { settings, report: createReporter('provision', settings), signal: stopSignal() };
    if (settings.EVENTS)
      context.report(`✔ ${settings.EVENTS}: ${Object.keys(definition.types).length} event types`);
    await Promise.all([provisionTopics(context), provisionTables(context, definition)]);
    const topics = settings.KAFKA_TOPIC.map((topic) => `${topic} (3)`);
    context.report(`✔ topics ${topics.join(', ')}, ${settings.KAFKA_DLQ_TOPIC} (1) · tables up to date`);
    if (dev) await prepareGroup(context);
    if (dev) context.report(nextLines(settings));
  });

interface Context {
  readonly settings: InfraSettings;
  readonly report: Report;
  readonly signal: AbortSignal;
}

async function provisionTopics(context: Context): Promise<void> {
  const { settings } = context;
  await waitForListener('Kafka', settings.KAFKA_BROKERS.map(parseEndpoint), context);
  await onCluster(context, (admin) => admin.provisionTopics(settings));
}

/** Makes a new Kafka create its offsets topic, which the consumer would otherwise wait for. */
async function prepareGroup(context: Context): Promise<void> {
  await onCluster(context, (admin) => admin.fetchOffsets(context.settings.KAFKA_TOPIC, 'provision'));
}

/** Runs admin requests, and retries them while their errors are transient. */
async function onCluster(
  { settings, report: say, signal }: Context,
  work: (admin: ClusterAdmin) => Promise<unknown>,
): Promise<void> {
  const kafka = connectKafka(settings, 'provision', createLogger('provision', settings));
  const attempt = async () => {
    await using admin = await openAdmin(kafka);
    await work(admin);
  };
  await waitFor(attempt, { system: 'Kafka', errors: kafkaErrors, say, signal, quietMs: QUIET_MS });
}

async function provisionTables(
  { settings, report: say, signal }: Context,
  definition: EventDefinition,
): Promise<void> {
  await waitForListener('Postgres', [settings.DATABASE_URL], { report: say, signal });
  const waiting = { system: 'Postgres', errors: postgresErrors, say, signal, quietMs: QUIET_MS };
  await waitFor(() => migrate(settings), waiting);
  await waitFor(() => migrateViews(settings, deriveViews(definition)), waiting);
  await waitFor(() => migrateRollups(settings, deriveRollups(definition)), waiting);
}

await runProgram(program);

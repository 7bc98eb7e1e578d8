import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createProgram, runProgram, settingsOf, stopSignal, withSettings } from '@pipeline/program';
import { resolveCliPath, UserError } from '@pipeline/runtime';
import {
  acceptsConnections,
  dockerAnswers,
  parseEndpoint,
  type Report,
  removeVolume,
} from '@pipeline/servers';
import type { AvailableServer, OwnServer } from './local/available.ts';
import { ensureKafka } from './local/kafka/ensure-kafka.ts';
import { javaVersion } from './local/kafka/java.ts';
import { kafkaVolume } from './local/kafka/kafka-container.ts';
import { ensurePostgres } from './local/postgres/ensure-postgres.ts';
import { waitForConsumers } from './local/postgres/wait-for-consumers.ts';
import { createReporter, serverLine, toolsLine } from './screen.ts';
import { defaultData, type InfraSettings, infraSettings, version } from './settings.ts';

interface StartOptions {
  readonly reset?: boolean;
  readonly data?: string;
  readonly dev?: boolean;
}

const examples = `Examples:
  pnpm --filter infra start            Kafka and Postgres, until Ctrl-C
  pnpm --filter infra start --reset    the same, without the data of earlier runs
`;

const program = withSettings(
  createProgram('infra', 'Starts Kafka and Postgres on this machine, unless they already run.', version),
  infraSettings,
)
  .addHelpText('beforeAll', examples)
  .option('--reset', 'delete the data of earlier runs')
  .option('--data <folder>', 'folder for the data (default: .pipeline)')
  .option('--dev', 'used by "turbo run dev": stop after the consumer')
  .action(async ({ reset, dev, ...options }: StartOptions) => {
    const data = options.data === undefined ? defaultData : resolveCliPath(options.data);
    const settings = settingsOf(program, infraSettings);
    const report = createReporter('infra', settings);
    const signal = stopSignal();
    if (reset) await deleteData(settings, data);
    if (dev) await reportTools(report);
    const servers = await startServers(settings, data, report, signal);
    if (!dev) process.stdout.write(`${readyLine(settings)}\n`);
    try {
      await untilStopped(servers, signal);
      if (dev) await waitForConsumers(settings.DATABASE_URL);
    } finally {
      await Promise.all(servers.map(({ own }) => own?.process.stop()));
    }
  });

async function reportTools(report: Report): Promise<void> {
  const userAgent = process.env['npm_config_user_agent'];
  report(toolsLine({ node: process.versions.node, userAgent, java: await javaVersion() }));
}

async function deleteData(settings: InfraSettings, data: string): Promise<void> {
  const endpoints = [...settings.KAFKA_BROKERS.map(parseEndpoint), settings.DATABASE_URL];
  if ((await Promise.all(endpoints.map(acceptsConnections))).includes(true)) {
    throw new UserError('the servers are running', 'stop them before you delete their data');
  }
  for (const folder of [postgresFolder(data), kafkaFolder(data)])
    await rm(folder, { recursive: true, force: true });
  if (await dockerAnswers()) await removeVolume(kafkaVolume(kafkaFolder(data)));
}

/** `--data` may name a folder with other files in it, so only these two subfolders are deleted. */
function postgresFolder(data: string): string {
  return join(data, 'postgres');
}

function kafkaFolder(data: string): string {
  return join(data, 'kafka');
}

/** If one of them cannot be started, the other is stopped. */
async function startServers(
  settings: InfraSettings,
  data: string,
  report: Report,
  stop: AbortSignal,
): Promise<readonly AvailableServer[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stop, failed.signal]);
  const announce = async (name: string, start: Promise<AvailableServer>) => {
    const server = await start;
    report(serverLine(name, server));
    return server;
  };
  const starts = [
    announce('Postgres', ensurePostgres(settings, postgresFolder(data), signal)),
    announce('Kafka', ensureKafka(settings, { folder: kafkaFolder(data), report, signal })),
  ];
  try {
    return await Promise.all(starts);
  } catch (error) {
    failed.abort(error);
    const settled = await Promise.allSettled(starts);
    await Promise.all(
      settled.map((start) => start.status === 'fulfilled' && start.value.own?.process.stop()),
    );
    throw error;
  }
}

/** For programs, on stdout: with the configured URL, password included, so that they can connect. */
function readyLine({ KAFKA_BROKERS, DATABASE_URL }: InfraSettings): string {
  return `ready kafka=${KAFKA_BROKERS.join(',')} postgres=${DATABASE_URL.text}`;
}

/** @throws UserError if a server that this process has started ends by itself */
async function untilStopped(servers: readonly AvailableServer[], signal: AbortSignal): Promise<void> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  const keepRunning = setInterval(() => {}, 1 << 30);
  try {
    await Promise.race([stopped, ...servers.flatMap(({ own }) => (own ? [failWhenEnded(own)] : []))]);
  } finally {
    clearInterval(keepRunning);
  }
}

async function failWhenEnded({ folder, process }: OwnServer): Promise<never> {
  const code = await process.ended;
  throw new UserError(`a local server ended with code ${code}`, `see the log in ${folder}`);
}

await runProgram(program);

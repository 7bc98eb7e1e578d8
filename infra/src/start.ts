import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createProgram,
  resolveCliPath,
  runProgram,
  settingsOf,
  stopSignal,
  UserError,
  withSettings,
} from '@pipeline/runtime';
import type { AvailableServer } from './local/available.ts';
import { acceptsConnections, parseEndpoint } from './local/endpoint.ts';
import { ensureKafka } from './local/ensure-kafka.ts';
import { ensurePostgres } from './local/ensure-postgres.ts';
import { javaVersion } from './local/java.ts';
import { waitForConsumers } from './local/wait-for-consumers.ts';
import { say, serverLine, toolsLine } from './screen.ts';
import { defaultData, type InfraSettings, infraSettings, version } from './settings.ts';

interface StartOptions {
  readonly reset?: boolean;
  readonly data?: string;
  readonly dev?: boolean;
}

const examples = `Examples:
  infra            Kafka and Postgres where the settings point, until Ctrl-C
  infra --reset    the same without the data of former runs
`;

const program = withSettings(createProgram('infra', 'The local Kafka and Postgres', version), infraSettings)
  .addHelpText('beforeAll', examples)
  .option('--reset', 'forget the data of former runs')
  .option('--data <folder>', 'where the data is kept between runs (default: .pipeline)')
  .option('--dev', 'as a part of "turbo run dev": outlive the consumer for a moment')
  .action(async ({ reset, dev, ...options }: StartOptions) => {
    const data = options.data === undefined ? defaultData : resolveCliPath(options.data);
    const settings = settingsOf(program, infraSettings);
    const signal = stopSignal();
    if (reset) await forgetData(settings, data);
    if (dev) await sayTools();
    const servers = await startServers(settings, data, signal);
    if (!dev) process.stdout.write(`${readyLine(settings)}\n`);
    try {
      await untilStopped(servers, signal);
      if (dev) await waitForConsumers(settings.DATABASE_URL);
    } finally {
      await Promise.all(servers.map(({ own }) => own?.process.stop()));
    }
  });

async function sayTools(): Promise<void> {
  const userAgent = process.env['npm_config_user_agent'];
  say(toolsLine({ node: process.versions.node, userAgent, java: await javaVersion() }));
}

async function forgetData(settings: InfraSettings, data: string): Promise<void> {
  const endpoints = [...settings.KAFKA_BROKERS.map(parseEndpoint), settings.DATABASE_URL];
  if ((await Promise.all(endpoints.map(acceptsConnections))).includes(true)) {
    throw new UserError('the servers are running', 'stop them before you forget their data');
  }
  for (const folder of [postgresFolder(data), kafkaFolder(data)])
    await rm(folder, { recursive: true, force: true });
}

/** Only these are ours: `--data` may name a folder that holds more. */
function postgresFolder(data: string): string {
  return join(data, 'postgres');
}

function kafkaFolder(data: string): string {
  return join(data, 'kafka');
}

/** When one of them cannot be started the other is stopped. */
async function startServers(
  settings: InfraSettings,
  data: string,
  stop: AbortSignal,
): Promise<readonly AvailableServer[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stop, failed.signal]);
  const starts = [
    announce('Postgres', ensurePostgres(settings, postgresFolder(data), signal)),
    announce('Kafka', ensureKafka(settings, kafkaFolder(data), signal)),
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

async function announce(name: string, start: Promise<AvailableServer>): Promise<AvailableServer> {
  const server = await start;
  say(serverLine(name, server));
  return server;
}

/** For programs: it goes to stdout and holds the URL as it was given, so that they can use it. */
function readyLine({ KAFKA_BROKERS, DATABASE_URL }: InfraSettings): string {
  return `ready kafka=${KAFKA_BROKERS.join(',')} postgres=${DATABASE_URL.text}`;
}

/** @throws UserError when a server of ours ends by itself */
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

async function failWhenEnded({ folder, process }: NonNullable<AvailableServer['own']>): Promise<never> {
  const code = await process.ended;
  throw new UserError(`a local server ended with code ${code}`, `see the log in ${folder}`);
}

await runProgram(program);

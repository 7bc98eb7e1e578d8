import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@pipeline/runtime';
import { type Endpoint, findFreePort } from '../endpoint.ts';
import { type GuardedProcess, startGuarded } from '../process/guarded.ts';
import { speaksKafka } from '../protocol.ts';
import type { Report } from '../report.ts';
import { waitUntilReady } from '../server.ts';
import { fetchKafkaJars, kafkaFolder } from './kafka-jars.ts';
import { type BrokerSettings, brokerSettings, type Quorum, toProperties } from './kafka-properties.ts';

/** A broker on this machine: its address and its folder. */
export interface KafkaServerOptions {
  readonly endpoint: Endpoint;
  /** The address that clients get from it; defaults to the one it listens on. */
  readonly advertised?: Endpoint | undefined;
  /** Broker settings that add to or replace the usual ones. */
  readonly settings?: BrokerSettings | undefined;
  /** The cluster that it joins; defaults to a new one. */
  readonly cluster?: { readonly id: string; readonly quorum: Quorum } | undefined;
  /** Created if missing; contains the data, the broker's settings and its log. */
  readonly folder: string;
  /** Aborts the start. */
  readonly signal?: AbortSignal | undefined;
  /** Reports a download; defaults to plain lines on stderr. */
  readonly report?: Report | undefined;
}

/**
 * Starts Apache Kafka in KRaft mode and creates its data folder if missing; resolves once it responds.
 * @throws UserError if it cannot be started; the signal's reason once it is aborted
 */
export async function startKafkaServer(options: KafkaServerOptions): Promise<GuardedProcess> {
  const { endpoint, folder, signal, report } = options;
  const jars = await fetchKafkaJars(signal, report);
  const dataFolder = join(folder, 'data');
  const propertiesPath = join(folder, 'server.properties');
  const logPath = join(folder, 'kafka.log');
  await mkdir(folder, { recursive: true });
  if (!existsSync(dataFolder)) await formatData(jars, options);
  await writeProperties(propertiesPath, options, dataFolder);
  const server = await startGuarded([...java(jars), 'kafka.Kafka', propertiesPath], { logPath });
  await waitUntilReady('Kafka', server, logPath, () => speaksKafka(endpoint), signal);
  return server;
}

async function writeProperties(
  path: string,
  { endpoint: listen, advertised = listen, settings = {}, cluster }: KafkaServerOptions,
  dataFolder: string,
): Promise<void> {
  const quorum = cluster?.quorum ?? { nodeId: 1, controllerPorts: [await findFreePort()] };
  const usual = brokerSettings({ listen, advertised, quorum, dataFolder });
  await writeFile(path, toProperties({ ...usual, ...settings }));
}

function java(jars: string): readonly string[] {
  const log = `-Dlog4j2.configurationFile=${join(kafkaFolder, 'log4j2.properties')}`;
  return ['java', '-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', log, '-cp', join(jars, '*')];
}

/** Formats a temporary folder and renames it, because a partly formatted one would fail the next start. */
async function formatData(jars: string, options: KafkaServerOptions): Promise<void> {
  const { folder, cluster } = options;
  const fresh = await mkdtemp(join(folder, 'new-'));
  const dataFolder = join(fresh, 'data');
  const propertiesPath = join(fresh, 'server.properties');
  const logPath = join(folder, 'kafka.log');
  await writeProperties(propertiesPath, options, dataFolder);
  const words = [
    'kafka.tools.StorageTool',
    'format',
    '--cluster-id',
    cluster?.id ?? newClusterId(),
    '--config',
    propertiesPath,
  ];
  const tool = await startGuarded([...java(jars), ...words], { logPath });
  const code = await tool.ended;
  if (code === 0) await rename(dataFolder, join(folder, 'data'));
  await rm(fresh, { recursive: true, force: true });
  if (code !== 0) throw new UserError('Kafka could not format its data folder', `see ${logPath}`);
}

/** 16 random bytes in URL-safe base64, which Kafka calls a UUID; it must not begin with a dash. */
export function newClusterId(): string {
  return `k${randomBytes(16).toString('base64url').slice(1)}`;
}

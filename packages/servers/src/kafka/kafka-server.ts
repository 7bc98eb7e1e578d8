import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@pipeline/runtime';
import { type Endpoint, findFreePort } from '../endpoint.ts';
import { type GuardedProcess, startGuarded } from '../process/guarded.ts';
import { speaksKafka } from '../protocol.ts';
import type { Report } from '../report.ts';
import { waitUntilReady } from '../server.ts';
import { fetchKafkaJars, kafkaFolder, kafkaVersion } from './kafka-jars.ts';
import { type BrokerSettings, brokerSettings, type Quorum, toProperties } from './kafka-properties.ts';

/** A broker on this machine: its address and its folder. */
export interface KafkaServerOptions {
  /** Such as `4.0.2`; defaults to that of `kafkaVersion`. */
  readonly version?: string | undefined;
  readonly endpoint: Endpoint;
  /** The address that clients get from it; defaults to the one it listens on. */
  readonly advertised?: Endpoint | undefined;
  /** Broker settings that add to or replace the usual ones. */
  readonly settings?: BrokerSettings | undefined;
  /** Java system properties of the broker. */
  readonly systemProperties?: Readonly<Record<string, string>> | undefined;
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
  const { version = kafkaVersion, endpoint, folder, signal, report } = options;
  const jars = await fetchKafkaJars(version, signal, report);
  const dataFolder = join(folder, 'data');
  const propertiesPath = join(folder, 'server.properties');
  const logPath = join(folder, 'kafka.log');
  await mkdir(folder, { recursive: true });
  await writeProperties(propertiesPath, options, dataFolder);
  const command = [...java(jars), ...systemProperties(options)];
  const run = (...words: readonly string[]) => startGuarded([...command, ...words], { logPath });
  // Written last, so that a folder that was only partly formatted is formatted again.
  if (!existsSync(join(dataFolder, 'meta.properties'))) {
    const id = options.cluster?.id ?? newClusterId();
    const format = ['format', '--cluster-id', id, '--config', propertiesPath];
    const tool = await run('kafka.tools.StorageTool', ...format);
    if ((await tool.ended) !== 0) throw new UserError('Kafka could not format its data', `see ${logPath}`);
  }
  const server = await run('kafka.Kafka', propertiesPath);
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

/** Java takes options between the class path and the name of a class. */
function systemProperties({ systemProperties: properties = {} }: KafkaServerOptions): readonly string[] {
  return Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
}

/** 16 random bytes in URL-safe base64, which Kafka calls a UUID; it must not begin with a dash. */
export function newClusterId(): string {
  return `k${randomBytes(16).toString('base64url').slice(1)}`;
}

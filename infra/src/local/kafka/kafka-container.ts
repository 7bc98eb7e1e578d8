import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  brokerSettings,
  type Endpoint,
  formatEndpoint,
  type GuardedProcess,
  type KafkaServerOptions,
  kafkaVersion,
  removeContainer,
  speaksKafka,
  startGuarded,
  toImageEnvironment,
  waitUntilReady,
} from '@pipeline/servers';

/** A broker in a container: the address that it is published at, and the folder of its log. */
type KafkaContainerOptions = Pick<KafkaServerOptions, 'endpoint' | 'folder' | 'signal'>;

/** The image, in the version of the local broker. */
export const kafkaImage = `apache/kafka:${kafkaVersion}`;

/** The name of the volume and the container for a folder, so that each clone has its own. */
export function kafkaVolume(folder: string): string {
  return `kafka-to-postgres-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`;
}

/**
 * Starts Kafka in a container that is removed when it stops, with its data in a volume; resolves once it
 * responds.
 * @throws UserError if it cannot be started; the signal's reason once it is aborted
 */
export async function startKafkaContainer(options: KafkaContainerOptions): Promise<GuardedProcess> {
  const { endpoint, folder, signal } = options;
  const logPath = join(folder, 'kafka.log');
  await mkdir(folder, { recursive: true });
  const server = removedOnStop(kafkaVolume(folder), await startGuarded(dockerRun(options), { logPath }));
  await waitUntilReady('Kafka', server, logPath, () => speaksKafka(endpoint), signal);
  return server;
}

function dockerRun({ endpoint, folder }: KafkaContainerOptions): readonly string[] {
  const name = kafkaVolume(folder);
  const environment = Object.entries(containerEnvironment(endpoint));
  return [
    ...['docker', 'run', '--rm', '--name', name, '--volume', `${name}:/var/lib/kafka/data`],
    ...['--publish', `${formatEndpoint(publishedAt(endpoint))}:9092`],
    ...environment.flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    kafkaImage,
  ];
}

/** Docker publishes ports on IP addresses, not on host names. */
function publishedAt({ host, port }: Endpoint): Endpoint {
  return { host: host === 'localhost' ? '127.0.0.1' : host, port };
}

function containerEnvironment(advertised: Endpoint): Readonly<Record<string, string>> {
  const settings = brokerSettings({
    listen: { host: '0.0.0.0', port: 9092 },
    advertised,
    quorum: { nodeId: 1, controllerPorts: [9093] },
    // Transactions need it: inside the container the broker cannot reach its advertised address.
    internalPort: 19_092,
    dataFolder: '/var/lib/kafka/data',
  });
  return { ...toImageEnvironment(settings), KAFKA_HEAP_OPTS: '-Xms128m -Xmx512m' };
}

/** The client passes SIGTERM on to the container; one that does not stop in time would outlive its client. */
function removedOnStop(name: string, { pid, ended, stop }: GuardedProcess): GuardedProcess {
  return {
    pid,
    ended,
    async stop() {
      await stop();
      await removeContainer(name);
    },
  };
}

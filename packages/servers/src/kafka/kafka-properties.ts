import { type Endpoint, formatEndpoint } from '../endpoint.ts';

/** A broker's role in a cluster of combined brokers and controllers on this machine. */
export interface Quorum {
  /** Starts at 1. */
  readonly nodeId: number;
  /** Loopback ports of the controllers, in the order of their ids. */
  readonly controllerPorts: readonly number[];
}

/** Addresses and data folder of a broker. */
export interface BrokerLayout {
  readonly listen: Endpoint;
  /** The address that clients get; defaults to `listen`. */
  readonly advertised?: Endpoint;
  /** With one member, the broker is its own controller. */
  readonly quorum: Quorum;
  /** A loopback port for the broker itself, needed if it cannot reach its own advertised address. */
  readonly internalPort?: number;
  readonly dataFolder: string;
}

export type BrokerSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * The settings of a combined broker and controller (KRaft).
 * https://kafka.apache.org/43/configuration/broker-configs/
 */
export function brokerSettings(layout: BrokerLayout): BrokerSettings {
  const { listen, advertised = listen, quorum, internalPort, dataFolder } = layout;
  const loopback = (port: number) => ({ host: '127.0.0.1', port });
  const internal = internalPort === undefined ? {} : { INTERNAL: loopback(internalPort) };
  return {
    'process.roles': 'broker,controller',
    'node.id': quorum.nodeId,
    'controller.quorum.voters': quorum.controllerPorts
      .map((port, index) => `${index + 1}@127.0.0.1:${port}`)
      .join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': internalPort === undefined ? 'PLAINTEXT' : 'INTERNAL',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: formatListeners({
      PLAINTEXT: listen,
      ...internal,
      CONTROLLER: loopback(ownControllerPort(quorum)),
    }),
    'advertised.listeners': formatListeners({ PLAINTEXT: advertised, ...internal }),
    'log.dirs': dataFolder,
    'auto.create.topics.enable': false,
    ...usualSettings,
    ...replication(quorum.controllerPorts.length),
  };
}

function ownControllerPort({ nodeId, controllerPorts }: Quorum): number {
  const port = controllerPorts[nodeId - 1];
  if (port === undefined) throw new RangeError(`no controller port for node.id ${nodeId}`);
  return port;
}

function formatListeners(listeners: Readonly<Record<string, Endpoint>>): string {
  return Object.entries(listeners)
    .map(([name, endpoint]) => `${name}://${formatEndpoint(endpoint)}`)
    .join(',');
}

/** Every partition is on every broker; a write is acknowledged once all but one have it. */
function replication(brokers: number): BrokerSettings {
  const minInSync = Math.max(1, brokers - 1);
  return {
    'default.replication.factor': brokers,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': brokers,
    'transaction.state.log.replication.factor': brokers,
    'transaction.state.log.min.isr': minInSync,
    'share.coordinator.state.topic.replication.factor': brokers,
    'share.coordinator.state.topic.min.isr': minInSync,
  };
}

/** No delay for further group members; a log cleaner that fits into a small heap. */
const usualSettings: BrokerSettings = {
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  'group.initial.rebalance.delay.ms': 0,
  // A killed broker can register again only after its previous session has expired.
  'broker.session.timeout.ms': 3_000,
  'broker.heartbeat.interval.ms': 500,
  'log.cleaner.dedupe.buffer.size': 16 << 20,
};

/** The settings as a `server.properties` file. */
export function toProperties(settings: BrokerSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** The settings as environment variables of the apache/kafka image: `node.id` is `KAFKA_NODE_ID`. */
export function toImageEnvironment(settings: BrokerSettings): Record<string, string> {
  const entries = Object.entries(settings).map(([name, value]) => [
    `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
    String(value),
  ]);
  return Object.fromEntries(entries);
}

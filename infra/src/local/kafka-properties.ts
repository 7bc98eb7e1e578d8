import { type Endpoint, formatEndpoint } from './endpoint.ts';

/** A broker's place in a cluster whose brokers are its controllers, too: on this machine, one port each. */
export interface Quorum {
  /** From 1. */
  readonly nodeId: number;
  /** Where the controllers listen on the loopback, in the order of their ids. */
  readonly controllerPorts: readonly number[];
}

/** Where a broker listens and keeps its log. */
export interface BrokerLayout {
  readonly listen: Endpoint;
  /** What clients are told; defaults to where it listens. */
  readonly advertised?: Endpoint;
  /** A cluster of one is a broker that is its own controller. */
  readonly quorum: Quorum;
  /** Another port on the loopback, where the broker reaches itself; needed where it cannot by the advertised address. */
  readonly internalPort?: number;
  readonly dataFolder: string;
}

export type BrokerSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * The settings of a broker that is a controller as well (KRaft).
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
  if (port === undefined) throw new RangeError(`no controller has the id ${nodeId}`);
  return port;
}

function formatListeners(listeners: Readonly<Record<string, Endpoint>>): string {
  return Object.entries(listeners)
    .map(([name, endpoint]) => `${name}://${formatEndpoint(endpoint)}`)
    .join(',');
}

/** Every broker has a copy of everything, and what all but one of them have is acknowledged. */
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

/** A group need not wait for members that may come; the cleaner must fit a small heap. */
const usualSettings: BrokerSettings = {
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  'group.initial.rebalance.delay.ms': 0,
  // A broker that was killed may register again only once its former session has run out.
  'broker.session.timeout.ms': 3_000,
  'broker.heartbeat.interval.ms': 500,
  'log.cleaner.dedupe.buffer.size': 16 << 20,
};

/** Settings as a `server.properties` file. */
export function toProperties(settings: BrokerSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Settings as the variables that the image apache/kafka reads: `node.id` is `KAFKA_NODE_ID`. */
export function toImageEnvironment(settings: BrokerSettings): Record<string, string> {
  const entries = Object.entries(settings).map(([name, value]) => [
    `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
    String(value),
  ]);
  return Object.fromEntries(entries);
}

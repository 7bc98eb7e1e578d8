import { type Endpoint, formatEndpoint } from './endpoint.ts';

/** Where a broker of one node listens and keeps its log. */
export interface BrokerLayout {
  readonly listen: Endpoint;
  /** What clients are told; defaults to where it listens. */
  readonly advertised?: Endpoint;
  /** The port on the loopback where the broker, being its own controller, talks to itself. */
  readonly controllerPort: number;
  /** Another port on the loopback, where the broker reaches itself; needed where it cannot by the advertised address. */
  readonly internalPort?: number;
  readonly dataFolder: string;
}

export type BrokerSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * The settings of a broker that is alone and its own controller (KRaft).
 * https://kafka.apache.org/43/configuration/broker-configs/
 */
export function brokerSettings(layout: BrokerLayout): BrokerSettings {
  const { listen, advertised = listen, controllerPort, internalPort, dataFolder } = layout;
  const loopback = (port: number) => ({ host: '127.0.0.1', port });
  const internal = internalPort === undefined ? {} : { INTERNAL: loopback(internalPort) };
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': internalPort === undefined ? 'PLAINTEXT' : 'INTERNAL',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: formatListeners({ PLAINTEXT: listen, ...internal, CONTROLLER: loopback(controllerPort) }),
    'advertised.listeners': formatListeners({ PLAINTEXT: advertised, ...internal }),
    'log.dirs': dataFolder,
    'auto.create.topics.enable': false,
    ...aloneSettings,
  };
}

function formatListeners(listeners: Readonly<Record<string, Endpoint>>): string {
  return Object.entries(listeners)
    .map(([name, endpoint]) => `${name}://${formatEndpoint(endpoint)}`)
    .join(',');
}

/** One node holds one copy of everything, and waits for nobody; its cleaner must fit a small heap. */
const aloneSettings: BrokerSettings = {
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
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

import { type Endpoint, formatEndpoint } from './endpoint.ts';

/** Where a broker of one node listens and keeps its log. */
export interface BrokerLayout {
  readonly endpoint: Endpoint;
  /** The port on the loopback where the broker, being its own controller, talks to itself. */
  readonly controllerPort: number;
  readonly dataFolder: string;
}

/**
 * The settings of a broker that is alone and its own controller (KRaft).
 * https://kafka.apache.org/43/configuration/broker-configs/
 */
export function brokerProperties({ endpoint, controllerPort, dataFolder }: BrokerLayout): string {
  const listener = `PLAINTEXT://${formatEndpoint(endpoint)}`;
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: `${listener},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': listener,
    'log.dirs': dataFolder,
    'auto.create.topics.enable': false,
    ...aloneProperties,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** One node holds one copy of everything, and waits for nobody; its cleaner must fit a small heap. */
const aloneProperties = {
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

export { dockerAnswers } from './local/docker.ts';
export {
  acceptsConnections,
  type Endpoint,
  findFreePort,
  formatEndpoint,
  parseEndpoint,
} from './local/endpoint.ts';
export { kafkaVersion } from './local/kafka/kafka-jars.ts';
export { type BrokerSettings, brokerSettings, toImageEnvironment } from './local/kafka/kafka-properties.ts';
export { newClusterId, startKafkaServer } from './local/kafka/kafka-server.ts';
export { until } from './local/poll-until.ts';
export { postgresAccount } from './local/postgres/postgres-account.ts';
export { startPostgresServer } from './local/postgres/postgres-server.ts';
export { speaksKafka } from './local/protocol.ts';
export { ancestorsOf, findProcess } from './process/ancestors.ts';
export { type GuardedProcess, startGuarded } from './process/guarded.ts';

export {
  composeCommand,
  composeProject,
  dockerAnswers,
  findComposeContainer,
  removeContainer,
  removeVolume,
} from './docker.ts';
export {
  acceptsConnections,
  type Endpoint,
  findFreePort,
  formatEndpoint,
  isThisMachine,
  parseEndpoint,
} from './endpoint.ts';
export { findPortOwner } from './find-port-owner.ts';
export { hasKafkaJars, kafkaVersion } from './kafka/kafka-jars.ts';
export { type BrokerSettings, brokerSettings, toImageEnvironment } from './kafka/kafka-properties.ts';
export { type KafkaServerOptions, newClusterId, startKafkaServer } from './kafka/kafka-server.ts';
export { until } from './poll-until.ts';
export { postgresAccount } from './postgres/postgres-account.ts';
export { findPostgresBinaries, postgresVersion } from './postgres/postgres-binaries.ts';
export { acceptsQueries, queryVersion } from './postgres/postgres-ready.ts';
export { startPostgresServer } from './postgres/postgres-server.ts';
export { ancestorsOf, findProcess } from './process/ancestors.ts';
export { type GuardedProcess, startGuarded } from './process/guarded.ts';
export { speaksKafka, speaksPostgres } from './protocol.ts';
export { printLine, type Report } from './report.ts';
export { waitUntilReady } from './server.ts';

export { acceptsConnections, findFreePort } from './local/endpoint.ts';
export { kafkaVersion } from './local/kafka-jars.ts';
export { postgresAccount } from './local/postgres-account.ts';
export { ancestorsOf, findProcess } from './process/ancestors.ts';
export { type GuardedProcess, startGuarded } from './process/guarded.ts';
export {
  type PrivateCluster,
  type PrivateServer,
  startPrivateCluster,
  startPrivateKafka,
  startPrivatePostgres,
} from './testing/private-servers.ts';
export { type TestStack, type TestTopics, testStack } from './testing/stack.ts';
export { copyTemplate, createTemplate, freshName, settingsFor } from './testing/template.ts';

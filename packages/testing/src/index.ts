export { isNightly } from './nightly.ts';
export {
  type PrivateCluster,
  type PrivateServer,
  startPrivateCluster,
  startPrivateKafka,
  startPrivatePostgres,
} from './private-servers.ts';
export { type TestStack, type TestTopics, testStack } from './stack.ts';
export { copyTemplate, createTemplate, freshName, settingsFor } from './template.ts';
export { startTokenServer, type TokenClient, type TokenServer } from './token-server.ts';
export { type Versions, versionsUnderTest, versionVariables } from './versions.ts';

export { findFreePort } from './local/endpoint.ts';
export { type PrivateServer, startPrivateKafka, startPrivatePostgres } from './testing/private-servers.ts';
export { type TestStack, type TestTopics, testStack } from './testing/stack.ts';

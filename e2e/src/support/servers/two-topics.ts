import { testStack } from '@pipeline/testing';
import type { Environment } from '../programs/programs.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';

/** Two topics that feed one pipeline. */
export interface TwoTopics extends AsyncDisposable {
  /** Settings with both topics, `first` before `second`. */
  readonly environment: Environment;
  readonly first: Pipeline;
  readonly second: Pipeline;
}

/** Creates two topics of three partitions each with one dead-letter topic, one group and one database. */
export async function createTwoTopics(): Promise<TwoTopics> {
  const stack = testStack();
  const [a, b, databaseUrl] = await Promise.all([
    stack.createTopics(),
    stack.createTopics(),
    stack.createDatabase(),
  ]);
  const servers = { brokers: stack.brokers, databaseUrl };
  const both = { KAFKA_TOPIC: `${a.topic},${b.topic}`, KAFKA_GROUP_ID: `group-${a.topic}` };
  const [first, second] = await Promise.all(
    [a, b].map(({ topic }) => openPipeline(servers, topic, a.dlqTopic, both)),
  );
  if (first === undefined || second === undefined) throw new Error('two pipelines were opened');
  return {
    environment: first.environment,
    first,
    second,
    async [Symbol.asyncDispose]() {
      await Promise.all([first, second].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

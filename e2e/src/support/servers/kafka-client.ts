import { connectKafka, kafkaSettings } from '@pipeline/kafka';
import { readSettings } from '@pipeline/runtime';
import type { Environment } from '../programs/programs.ts';
import { waitUntil } from '../programs/wait.ts';
import type { Pipeline } from './pipeline.ts';

/** A full kafkajs client, for actions of operators and of foreign programs. */
export type KafkaClient = ReturnType<typeof connectKafka>;

type KafkaOperator = ReturnType<KafkaClient['admin']>;
type NewTopic = Parameters<KafkaOperator['createTopics']>[0]['topics'][number];

/** Creates a client from settings. */
export function openKafkaClient(environment: Environment): KafkaClient {
  return connectKafka(readSettings(kafkaSettings, environment), 'operator');
}

/** Runs an action with an admin client. */
export async function operate<Value>(
  { environment }: Pick<Pipeline, 'environment'>,
  work: (operator: KafkaOperator) => Promise<Value>,
): Promise<Value> {
  const operator = openKafkaClient(environment).admin();
  await operator.connect();
  try {
    return await work(operator);
  } finally {
    await operator.disconnect();
  }
}

/**
 * Creates topics and waits until they can be read. kafkajs's own wait fails if it asks a broker that does not know
 * the topics yet.
 */
export async function createTopics(
  pipeline: Pick<Pipeline, 'environment'>,
  topics: readonly NewTopic[],
): Promise<void> {
  await operate(pipeline, async (operator) => {
    await operator.createTopics({ topics: [...topics], waitForLeaders: false });
    for (const { topic } of topics) await waitUntil(() => isReadable(operator, topic));
  });
}

async function isReadable(operator: KafkaOperator, topic: string): Promise<boolean> {
  return await operator.fetchTopicOffsets(topic).then(
    () => true,
    () => false,
  );
}

/** Deletes a topic and waits until the broker no longer lists it; the controller replies earlier. */
export async function deleteTopic(pipeline: Pick<Pipeline, 'environment'>, topic: string): Promise<void> {
  await operate(pipeline, async (operator) => {
    await operator.deleteTopics({ topics: [topic] });
    await waitUntil(async () => !(await operator.listTopics()).includes(topic));
  });
}

/** Resource type of a topic: https://kafka.apache.org/protocol#The_Messages_AlterConfigs */
const TOPIC = 2;

/** Replaces a topic's configuration; settings that are not listed get their defaults. */
export async function configureTopic(
  pipeline: Pick<Pipeline, 'environment'>,
  topic: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await operate(pipeline, (operator) =>
    operator.alterConfigs({ validateOnly: false, resources: [{ type: TOPIC, name: topic, configEntries }] }),
  );
}

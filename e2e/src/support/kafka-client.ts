import { connectKafka, kafkaSettings } from '@pipeline/kafka';
import { createLogger, loggerSettings, readSettings } from '@pipeline/runtime';
import type { Pipeline } from './pipeline.ts';
import type { Environment } from './programs.ts';
import { waitUntil } from './wait.ts';

/** A client of Kafka with everything that kafkajs can do, for what an operator or a foreign program does. */
export type KafkaClient = ReturnType<typeof connectKafka>;

type KafkaOperator = ReturnType<KafkaClient['admin']>;

/** A client of the Kafka that an environment names. */
export function openKafkaClient(environment: Environment): KafkaClient {
  const settings = readSettings(
    { ...kafkaSettings, ...loggerSettings },
    { ...environment, LOG_LEVEL: 'silent' },
  );
  return connectKafka(settings, 'operator', createLogger('operator', settings));
}

/** Does something that only an operator may do. */
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

/** Deletes a topic, and waits until the broker takes no record for it any more: the controller answers earlier. */
export async function deleteTopic(pipeline: Pick<Pipeline, 'environment'>, topic: string): Promise<void> {
  await operate(pipeline, async (operator) => {
    await operator.deleteTopics({ topics: [topic] });
    await waitUntil(async () => !(await operator.listTopics()).includes(topic));
  });
}

/** https://kafka.apache.org/protocol#The_Messages_AlterConfigs: the type of a topic. */
const TOPIC = 2;

/** Settles a topic's own settings; those that are not named get their defaults. */
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

import kafkajs, { type IHeaders, type Kafka, type Message } from 'kafkajs';
import type { OutgoingRecord } from './record.ts';

/** Sends records, each acknowledged by every in-sync replica. */
export interface Publisher extends AsyncDisposable {
  /**
   * Sends records of one topic and waits for the acknowledgement of all.
   * @throws kafkajs's error; some of the records may have been stored
   */
  publish(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
}

/** Opens a publisher; equal keys go to equal partitions, in the way of Kafka's own clients (murmur2). */
export async function openPublisher(kafka: Kafka): Promise<Publisher> {
  const producer = kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  return {
    async publish(topic, records) {
      await producer.send({ topic, messages: records.map(toMessage), acks: -1 });
    },
    [Symbol.asyncDispose]: () => producer.disconnect(),
  };
}

/** kafkajs accepts everything that our records hold; its types are narrower. */
function toMessage({ key, value, headers, partition }: OutgoingRecord): Message {
  return {
    key,
    value,
    ...(headers === undefined ? {} : { headers: headers as IHeaders }),
    ...(partition === undefined ? {} : { partition }),
  };
}

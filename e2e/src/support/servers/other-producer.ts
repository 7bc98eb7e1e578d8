import type { OutgoingRecord } from '@pipeline/kafka';
import { type CompressionAlgorithmValue, Producer } from '@platformatic/kafka';
import type { Pipeline } from './pipeline.ts';

interface OtherProducerOptions {
  /** Codec of its batches; defaults to `none`. */
  readonly compression?: CompressionAlgorithmValue;
  /** Required for transactions. */
  readonly transactionalId?: string;
}

/** Opens a producer of another Kafka client, which shares no code with kafkajs, for a pipeline's topic. */
export function openOtherProducer(
  { environment, topic }: Pick<Pipeline, 'environment' | 'topic'>,
  options: OtherProducerOptions,
) {
  const producer = new Producer<Buffer | null, Buffer | null>({
    clientId: 'other',
    bootstrapBrokers: environment['KAFKA_BROKERS']?.split(',') ?? [],
    idempotent: true,
    ...options,
  });
  return {
    /** Begins a transaction; a producer has at most one at a time. */
    begin: () => producer.beginTransaction(),
    /** Publishes records and waits until they are acknowledged. */
    async publish(records: readonly OutgoingRecord[]) {
      await producer.send({ messages: toMessages(topic, records) });
    },
    [Symbol.asyncDispose]: () => producer.close(),
  };
}

/** Converts records without headers to messages of the other client. */
export function toMessages(topic: string, records: readonly OutgoingRecord[]) {
  return records.map(({ headers: _, ...record }) => ({ ...record, topic }));
}

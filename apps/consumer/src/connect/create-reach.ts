import { type KafkaSettings, kafkaErrors } from '@pipeline/kafka';
import { stopSignal } from '@pipeline/program';
import { type Logger, waitFor } from '@pipeline/runtime';

/**
 * Returns a function that retries requests to Kafka until a stop signal, which ends the process at once: for
 * commands that a stop leaves in no half-finished state.
 */
export function createReach({ KAFKA_BROKERS }: KafkaSettings, logger: Logger) {
  const signal = stopSignal(0);
  const system = `Kafka at ${KAFKA_BROKERS.join(',')}`;
  const waiting = { system, errors: kafkaErrors, say: (line: string) => logger.warn(line), signal };
  return <Value>(operation: () => Promise<Value>) => waitFor(operation, waiting);
}

import type { KafkaClient } from './connect.ts';
import { diagnoseListener } from './diagnose-listener.ts';
import { hasHungUp } from './errors.ts';

interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/**
 * Connects and sends a first request, because a SASL listener accepts connections and closes them only at the
 * first request.
 * @throws kafkajs's error, or a UserError if the settings do not match the listener's security protocol
 */
export async function connectChecked(
  kafka: KafkaClient,
  connection: Connectable,
  firstRequest: () => Promise<void> = async () => {},
): Promise<void> {
  try {
    await connection.connect();
    await firstRequest();
  } catch (error) {
    await connection.disconnect().catch(() => {});
    throw (hasHungUp(error) ? await diagnoseListener(kafka.config) : undefined) ?? error;
  }
}

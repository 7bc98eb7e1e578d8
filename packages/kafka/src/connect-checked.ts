import type { KafkaClient } from './connect.ts';
import { diagnoseListener } from './diagnose-listener.ts';
import { hasHungUp } from './errors.ts';

interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/**
 * Connects, and asks a first question: a listener that wants a login lets everybody connect.
 * @throws kafkajs's error, or a UserError that says how the listener differs from the settings where that is the reason
 */
export async function connectChecked(
  kafka: KafkaClient,
  connection: Connectable,
  ask: () => Promise<void> = async () => {},
): Promise<void> {
  try {
    await connection.connect();
    await ask();
  } catch (error) {
    await connection.disconnect().catch(() => {});
    throw (hasHungUp(error) ? await diagnoseListener(kafka.config) : undefined) ?? error;
  }
}

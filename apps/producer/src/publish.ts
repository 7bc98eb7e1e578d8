import type { OutgoingRecord } from '@pipeline/kafka';

/** Sends a batch; resolves when Kafka has acknowledged all of it. */
export type Send = (records: readonly OutgoingRecord[]) => Promise<void>;

/** Number of batches sent concurrently. */
const MAX_IN_FLIGHT = 4;

/**
 * Sends batches, a few concurrently. Resolves once all are acknowledged.
 * @throws the error of `send` or of the source of batches, once the batches in flight have settled
 */
export async function publishBatches(
  batches: AsyncIterable<readonly OutgoingRecord[]>,
  send: Send,
  onSent: (count: number) => void,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  const errors: unknown[] = [];
  try {
    for await (const batch of batches) {
      const sending = send(batch)
        .then(() => onSent(batch.length))
        .catch((error: unknown) => void errors.push(error))
        .finally(() => inFlight.delete(sending));
      inFlight.add(sending);
      if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
      if (errors.length > 0) break;
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (errors.length > 0) throw errors[0];
}

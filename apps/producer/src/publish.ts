import type { OutgoingRecord } from '@pipeline/kafka';

/** Sends a batch; resolves when Kafka has acknowledged all of it. */
export type Send = (records: readonly OutgoingRecord[]) => Promise<void>;

/** Batches on their way at the same time: one is made while others travel. */
const IN_FLIGHT = 4;

/**
 * Sends batches as they come, a few at a time. When it returns, all are acknowledged.
 * @throws what `send` throws, or the source of the batches, once those on their way have ended
 */
export async function publishBatches(
  batches: AsyncIterable<readonly OutgoingRecord[]>,
  send: Send,
  onSent: (count: number) => void,
): Promise<void> {
  const onTheWay = new Set<Promise<void>>();
  const errors: unknown[] = [];
  try {
    for await (const batch of batches) {
      const sending = send(batch)
        .then(() => onSent(batch.length))
        .catch((error: unknown) => void errors.push(error))
        .finally(() => onTheWay.delete(sending));
      onTheWay.add(sending);
      if (onTheWay.size >= IN_FLIGHT) await Promise.race(onTheWay);
      if (errors.length > 0) break;
    }
  } finally {
    await Promise.all(onTheWay);
  }
  if (errors.length > 0) throw errors[0];
}

import type { Batch, DeadLetter, Written } from '@pipeline/db';
import type { RecordBatch } from '@pipeline/kafka';

/** The stages of a batch, as functions; `stages.ts` implements them. */
export interface Stages {
  /** Separates events from dead letters. Pure. */
  readonly triage: (batch: RecordBatch) => Batch;
  /** Whether to process the batch; if not, its partition is paused and the batch left unprocessed. */
  readonly admit: (batch: Batch) => boolean;
  /**
   * Stores rows, aggregates, dead letters and the ledger in one transaction; returns the rows that Postgres
   * refused.
   */
  readonly write: (batch: Batch) => Promise<Written>;
  /** Publishes dead letters to their topic; resolves once Kafka has acknowledged them. */
  readonly deadLetter: (batch: Batch, deadLetters: readonly DeadLetter[]) => Promise<void>;
  /** Logs and counts the outcome. */
  readonly observe: (batch: Batch, written: Written, startedAt: number) => void;
}

/**
 * The guarantee is the order of these calls. After a crash between any two of them, the records are re-read
 * from the last committed offset, and every stage is safe to repeat: the write stores an event once by its id
 * and updates the ledger; a dead letter may reach its topic twice, but its table once. A stage that fails
 * permanently ends the loop. Its partition makes no progress, because no other loop gets a batch of it.
 */
export async function consume(batches: AsyncIterable<RecordBatch>, stages: Stages): Promise<void> {
  for await (const records of batches) {
    const startedAt = performance.now();
    const batch = stages.triage(records);
    if (!stages.admit(batch)) {
      records.pausePartition();
      continue;
    }
    const written = await stages.write(batch);
    await stages.deadLetter(batch, [...batch.deadLetters, ...written.refused]);
    await records.commitOffsets();
    stages.observe(batch, written, startedAt);
  }
}

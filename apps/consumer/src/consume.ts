import type { Batch, DeadLetter, Written } from '@pipeline/db';
import type { RecordBatch } from '@pipeline/kafka';

/** The steps of the path, as functions: `main.ts` says what they are. */
export interface Stages {
  /** Parts good records from bad ones. Pure. */
  readonly triage: (batch: RecordBatch) => Batch;
  /** Whether the batch may go on; if not, its partition stands still and nothing of the batch is done. */
  readonly admit: (batch: Batch) => boolean;
  /** Stores rows, aggregates, dead letters and the ledger in one transaction; names the rows that Postgres refused. */
  readonly write: (batch: Batch) => Promise<Written>;
  /** Sends dead letters to their topic; resolves when Kafka has acknowledged them. */
  readonly deadLetter: (batch: Batch, letters: readonly DeadLetter[]) => Promise<void>;
  /** Logs and counts what happened. */
  readonly observe: (batch: Batch, written: Written, startedAt: number) => void;
}

/**
 * The guarantee is the order of these calls. A crash between any two of them leads to the same records being read
 * again, from the offset that was committed last, and every step is safe to repeat:
 * the write stores an event once by its id and keeps the ledger; a dead letter may reach its topic twice, its table once.
 * A step that fails for good leaves the loop, and with it the batch's partition stands still: other loops get nothing of it.
 */
export async function consume(batches: AsyncIterable<RecordBatch>, path: Stages): Promise<void> {
  for await (const records of batches) {
    const startedAt = performance.now();
    const batch = path.triage(records);
    if (!path.admit(batch)) {
      records.pausePartition();
      continue;
    }
    const written = await path.write(batch);
    await path.deadLetter(batch, [...batch.deadLetters, ...written.refused]);
    await records.commitOffsets();
    path.observe(batch, written, startedAt);
  }
}

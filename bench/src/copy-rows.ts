import type { EventRow } from '@pipeline/db';
import type { RecordBatch } from '@pipeline/kafka';
import { decodeEvent } from '@pipeline/schema';
import { triage } from 'consumer/triage';
import { toCopyLine } from './copy-text.ts';

/**
 * Rows in the text format of COPY, distributed over the connections. Odd and even rows are kept apart, so
 * that a measurement can store one half in advance.
 */
export interface CopyRows {
  /** Rows 1, 3, 5 …, one buffer per connection. */
  readonly first: readonly Buffer[];
  /** Rows 2, 4, 6 …, one buffer per connection. */
  readonly second: readonly Buffer[];
}

const CONNECTIONS = 3;

/** Collects batches of valid events as rows for COPY. */
export function collectCopyRows() {
  const halves = [distribute(), distribute()] as const;
  let count = 0;
  return {
    add(batch: RecordBatch): void {
      for (const row of triage(batch, decodeEvent).rows) halves[count++ % 2 === 0 ? 0 : 1].add(toText(row));
    },
    end: (): CopyRows => ({ first: halves[0].end(), second: halves[1].end() }),
  };
}

function toText({ eventId, eventType, eventTime, userId, payloadJson }: EventRow): string {
  return toCopyLine([eventId, eventType, eventTime, userId, payloadJson]);
}

/** Distributes rows over the connections, round-robin. */
function distribute() {
  const chunksByConnection = Array.from({ length: CONNECTIONS }, (): Buffer[] => []);
  let count = 0;
  return {
    add: (text: string) => void chunksByConnection[count++ % CONNECTIONS]?.push(Buffer.from(text)),
    end: () => chunksByConnection.map((chunks) => Buffer.concat(chunks)),
  };
}

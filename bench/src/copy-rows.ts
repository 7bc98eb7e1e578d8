import type { EventRow } from '@pipeline/db';
import type { RecordBatch } from '@pipeline/kafka';
import { decodeEvent } from '@pipeline/schema';
import { triage } from 'consumer/triage';
import { toCopyLine } from './copy-text.ts';

/** Rows in the text format of COPY, dealt out to connections; every second one apart, so that it can be stored first. */
export interface CopyRows {
  /** By connection. */
  readonly first: readonly Buffer[];
  /** By connection. */
  readonly second: readonly Buffer[];
}

const CONNECTIONS = 3;

/** Takes batches of good events, and makes rows of them. */
export function gatherCopyRows() {
  const halves = [dealOut(), dealOut()] as const;
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

/** Deals rows out to the connections in turn. */
function dealOut() {
  const hands = Array.from({ length: CONNECTIONS }, (): Buffer[] => []);
  let count = 0;
  return {
    add: (text: string) => void hands[count++ % CONNECTIONS]?.push(Buffer.from(text)),
    end: () => hands.map((chunks) => Buffer.concat(chunks)),
  };
}

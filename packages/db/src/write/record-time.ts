import type { SourceRecord } from '../dead-letters/dead-letter.ts';

/** Producers can set any timestamp; Postgres supports 4713 BC to 294276 AD. */
const [EARLIEST_MS, LATEST_MS] = [-210_000_000_000_000n, 9_200_000_000_000_000n];

/** A record's timestamp in milliseconds since 1970, clamped to what Postgres can store. */
export function recordTime({ timestamp }: SourceRecord): string {
  if (timestamp.length < 15) return timestamp;
  const ms = BigInt(timestamp);
  if (ms < EARLIEST_MS) return String(EARLIEST_MS);
  return ms > LATEST_MS ? String(LATEST_MS) : timestamp;
}

import type { Database } from '../client/connect.ts';
import { dayAfter } from './day.ts';
import { readLeaves } from './leaves.ts';

/**
 * Number of days after today for which `raw_events` has partitions without a gap; null if it is not partitioned by
 * day. @throws the driver's error
 */
export async function readDaysAhead(database: Database, now: Date): Promise<number | null> {
  const bounds = new Set((await readLeaves(database)).map(({ belowId }) => belowId));
  if (bounds.size === 1) return null;
  let days = 0;
  while (bounds.has(dayAfter(now, days + 2).firstId)) days++;
  return days;
}

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings, silentLogger } from '@pipeline/runtime';
import type { ClusterAdmin } from '../admin/admin.ts';
import { openSource } from '../consume/batch-source.ts';
import { parseSkip } from '../consume/unreadable.ts';
import { groupSettings, kafkaSettings } from '../settings.ts';

/**
 * `node read-bombs.ts BROKER PARTITIONS END [SKIP]`: reads the partitions of `events` to their end, or until enough
 * batches have been read of each, and prints the result as JSON. The limits of memory are those of the process.
 */
const [broker = '', partitions = '1', end = '0', skip = ''] = process.argv.slice(2);
const ENOUGH = 3;
const LOOPS = 4;

const settings = readSettings(
  { ...kafkaSettings, ...groupSettings },
  { KAFKA_BROKERS: broker, KAFKA_TOPIC: 'events' },
);
const logEnd = BigInt(end);
const offsets = Array.from({ length: Number(partitions) }, (_, partition) => ({
  topic: 'events',
  partition,
  logStart: 0n,
  logEnd,
  stableEnd: logEnd,
  committed: undefined,
}));
const stop = new AbortController();
await using source = await openSource({
  settings,
  name: 'test',
  admin: { fetchOffsets: async () => offsets, clusterId: async () => 'test' } as unknown as ClusterAdmin,
  logger: silentLogger,
  signal: stop.signal,
  once: true,
  skips: [parseSkip(skip)].filter((one) => one !== undefined),
  openLedger: async () => ({ nextOffset: 0n, isRestarted: false }),
  onRebalance: () => {},
  onRetry: () => {},
});

let records = 0;
const reached = new Map<number, bigint>();
const batches = new Map<number, number>();

/** Slower than Kafka, so that as much as possible is read ahead. */
async function consume(): Promise<void> {
  for await (const batch of source.batches()) {
    await sleep(200);
    records += batch.records.filter(({ value }) => value === null || value.length >= 0).length;
    reached.set(batch.partition, batch.nextOffset);
    batches.set(batch.partition, (batches.get(batch.partition) ?? 0) + 1);
    await batch.commitOffsets();
    if (batches.size === offsets.length && [...batches.values()].every((count) => count >= ENOUGH))
      stop.abort();
  }
}

const outcomes = await Promise.allSettled(Array.from({ length: LOOPS }, consume));
const failed = outcomes.find((outcome) => outcome.status === 'rejected');
process.stdout.write(
  JSON.stringify({
    error: failed === undefined ? null : String(failed.reason.message),
    records,
    reached: [...reached.values()].map(Number),
    peakBytes: 1_024 * peakKilobytes(),
  }),
);
process.exit();

/** Linux passes the `maxRSS` of a process on to the program that it executes, so this would be that of the parent. */
function peakKilobytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

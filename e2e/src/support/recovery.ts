import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPassingKafkaFault } from '@pipeline/kafka';
import { retryForever } from '@pipeline/runtime';
import type { Pipeline } from './pipeline.ts';
import type { System } from './system.ts';
import { waitUntil } from './wait.ts';

/** The property of liveness: so long after the cure at the latest, everything goes on; the machine is the tests' own then. */
const RECOVERY_MS = 30_000;

/** So many may wait for each core before a machine counts as overloaded: the tests alone make three wait. */
const WAITING_PER_CORE = 4;

/** How long to wait for what should take at most half a minute: where others take the machine away, as many times longer. */
export function recoveryMs(): number {
  const [load = 0] = loadavg();
  const overload = load / (WAITING_PER_CORE * availableParallelism());
  return RECOVERY_MS * Math.min(4, Math.max(1, overload));
}

/**
 * What stands still although the world is whole again: within 30 s an event that was sent after the cure must be
 * visible in Postgres, and everything that Kafka held by then must be committed.
 */
export async function findStall(
  system: Pick<System, 'load' | 'operator' | 'pipeline'>,
): Promise<readonly string[]> {
  const late = Date.now() + recoveryMs();
  const sentinel = await within(late, system.load.sendSentinel());
  if (sentinel === undefined) return ['nothing could be sent within 30 s of the cure'];
  if (
    !(await within(
      late,
      waitUntil(() => isStored(system, sentinel)).then(() => true),
    ))
  ) {
    return ['a new event was not visible within 30 s of the cure'];
  }
  const ends = new Map(
    (await readOffsets(system.pipeline)).map(({ partition, logEnd }) => [partition, logEnd]),
  );
  const isCaughtUp = async () =>
    (await readOffsets(system.pipeline)).every(
      ({ partition, committed }) => (committed ?? 0n) >= (ends.get(partition) ?? 0n),
    );
  const caughtUp = await within(
    late,
    waitUntil(isCaughtUp).then(() => true),
  );
  return caughtUp ? [] : ['what had been sent was not committed within 30 s of the cure'];
}

/** A connection of the test's own may be one of those that the fault has left dead: then it asks again. */
function readOffsets(pipeline: Pipeline): ReturnType<Pipeline['offsets']> {
  const signal = AbortSignal.timeout(RECOVERY_MS);
  return retryForever(() => pipeline.offsets(), { isPassing: isPassingKafkaFault, signal });
}

/** However large a lag is, it must not stand still for so long. */
const STANDSTILL_MS = 60_000;

/** Waits until nothing lags, for as long as the lag goes down. Returns what stands still. */
export async function findStandstill({ pipeline }: Pick<System, 'pipeline'>): Promise<readonly string[]> {
  let least: bigint | undefined;
  let late = Date.now() + STANDSTILL_MS;
  for (;;) {
    const lag = (await readOffsets(pipeline)).reduce(
      (sum, { committed, logEnd }) => sum + logEnd - (committed ?? 0n),
      0n,
    );
    if (lag === 0n) return [];
    if (Date.now() > late) return [`the lag has stood at ${lag} for a minute`];
    if (least === undefined || lag < least) late = Date.now() + STANDSTILL_MS;
    least = least === undefined || lag < least ? lag : least;
    await sleep(200);
  }
}

async function isStored({ operator }: Pick<System, 'operator'>, eventId: string): Promise<boolean> {
  const found = await operator.run((sql) => sql`select from raw_events where event_id = ${eventId}`);
  return found.length > 0;
}

/** The outcome, or undefined once a moment has passed. */
async function within<Value>(moment: number, outcome: Promise<Value>): Promise<Value | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, moment - Date.now(), undefined);
  try {
    return await Promise.race([outcome, promise]);
  } finally {
    clearTimeout(timer);
  }
}

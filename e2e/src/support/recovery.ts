import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransientError } from '@pipeline/kafka';
import { retryForever } from '@pipeline/runtime';
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
  return Math.round(RECOVERY_MS * Math.min(4, Math.max(1, overload)));
}

/** What is asked when something stands still. */
type Observed = Pick<System, 'load' | 'operator' | 'pipeline' | 'fleet'>;

/**
 * What stands still although the world is whole again: within 30 s an event that was sent after the cure must be
 * visible in Postgres, and everything that Kafka held by then must be committed. Says how everything stands then.
 */
export async function findStall(system: Observed): Promise<readonly string[]> {
  const stall = await findStallUntil(Date.now() + recoveryMs(), system);
  return stall === undefined ? [] : [`${stall} within 30 s of the cure`, ...(await describeStanding(system))];
}

async function findStallUntil(
  late: number,
  { load, operator, pipeline }: Observed,
): Promise<string | undefined> {
  const sentinel = await within(late, load.sendSentinel());
  if (sentinel === undefined) return 'nothing could be sent';
  if (!(await comesTrue(late, () => isStored(operator, sentinel)))) return 'a new event was not visible';
  const offsets = await ask(late, pipeline.offsets);
  if (offsets === undefined) return SILENCE;
  const ends = new Map(offsets.map(({ partition, logEnd }) => [partition, logEnd]));
  const isCaughtUp = async () => {
    const now = await ask(late, pipeline.offsets);
    return (
      now?.every(({ partition, committed }) => (committed ?? 0n) >= (ends.get(partition) ?? 0n)) ?? false
    );
  };
  return (await comesTrue(late, isCaughtUp)) ? undefined : 'what had been sent was not committed';
}

const SILENCE = 'Kafka did not say where partitions end';

async function comesTrue(late: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const outcome = waitUntil(isSo).then(() => true);
  return (await within(late, outcome)) ?? false;
}

/** So many of its last lines a consumer is quoted with. */
const QUOTED_LINES = 15;

/** What a reader of a failed test needs: how far each partition is, who has it, and what consumers said last. */
async function describeStanding({ pipeline, fleet }: Observed): Promise<readonly string[]> {
  const soon = Date.now() + 5_000;
  const offsets = (await ask(soon, pipeline.offsets).catch(() => undefined)) ?? [];
  const group = await ask(soon, pipeline.describeGroup).catch(() => undefined);
  return [
    ...offsets.map(({ partition, committed, logEnd }) => `partition ${partition}: ${committed} of ${logEnd}`),
    `the group: ${JSON.stringify(group)}`,
    ...fleet.running.map((program) => program.said().trimEnd().split('\n').slice(-QUOTED_LINES).join('\n')),
  ];
}

/**
 * The answer, or undefined once a moment has passed. A connection of the test's own may be one of those that the fault has
 * left dead: then it asks again.
 */
async function ask<Answer>(moment: number, question: () => Promise<Answer>): Promise<Answer | undefined> {
  const signal = AbortSignal.timeout(Math.max(0, moment - Date.now()));
  try {
    return await within(moment, retryForever(question, { isTransient: isTransientError, signal }));
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** However large a lag is, it must not stand still for so long. */
const STANDSTILL_MS = 60_000;

/** Waits until nothing lags, for as long as the lag goes down. Returns what stands still. */
export async function findStandstill({ pipeline }: Pick<System, 'pipeline'>): Promise<readonly string[]> {
  let least: bigint | undefined;
  let late = Date.now() + STANDSTILL_MS;
  for (;;) {
    const offsets = await ask(Date.now() + RECOVERY_MS, pipeline.offsets);
    if (offsets === undefined) return [SILENCE];
    const lag = offsets.reduce((sum, { committed, logEnd }) => sum + logEnd - (committed ?? 0n), 0n);
    if (lag === 0n) return [];
    if (Date.now() > late) return [`the lag has stood at ${lag} for a minute`];
    if (least === undefined || lag < least) late = Date.now() + STANDSTILL_MS;
    least = least === undefined || lag < least ? lag : least;
    await sleep(200);
  }
}

async function isStored(operator: System['operator'], eventId: string): Promise<boolean> {
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

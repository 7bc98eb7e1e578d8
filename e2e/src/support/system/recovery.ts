import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransientError } from '@pipeline/kafka';
import { retryForever } from '@pipeline/runtime';
import { waitUntil } from '../programs/wait.ts';
import type { System } from './system.ts';

/** Liveness: processing must resume within this time after a fault ends, on a machine without other load. */
const RECOVERY_MS = 30_000;

/** Load average per core above which the machine counts as overloaded; the tests alone cause about 3. */
const MAX_LOAD_PER_CORE = 4;

/** `RECOVERY_MS`, scaled up by at most 4 if the machine is overloaded. */
export function recoveryMs(): number {
  const [load = 0] = loadavg();
  const overload = load / (MAX_LOAD_PER_CORE * availableParallelism());
  return Math.round(RECOVERY_MS * Math.min(4, Math.max(1, overload)));
}

/** The parts of a system that show whether it makes progress. */
type Observed = Pick<System, 'load' | 'operator' | 'pipeline' | 'fleet'>;

/**
 * Finds out whether processing resumes after a fault: within `recoveryMs()`, an event sent after it must be
 * stored, and everything in Kafka by then must be committed; if all joins were lost, after their retry. Returns the
 * problem and the state of the system.
 */
export async function findStall(system: Observed): Promise<readonly string[]> {
  const limitMs = recoveryMs();
  const first = await findStallUntil(Date.now() + limitMs, system);
  const isJoining = first !== undefined && !(await hasMembers(system));
  const stall = isJoining ? await findStallUntil(Date.now() + JOIN_RETRY_MS, system) : first;
  return stall === undefined
    ? []
    : [`${stall} within ${limitMs / 1_000} s after the fault ended`, ...(await describeState(system))];
}

/** `KAFKA_REBALANCE_TIMEOUT_MS` and 5 s: then a member repeats a join whose response was lost. */
const JOIN_RETRY_MS = 35_000;

/** A group without members after a fault is one whose members wait for the responses to their joins. */
async function hasMembers({ pipeline }: Observed): Promise<boolean> {
  const group = await retryUntil(Date.now() + 5_000, pipeline.describeGroup).catch(() => undefined);
  return group !== undefined && group.members.length > 0;
}

async function findStallUntil(
  deadline: number,
  { load, operator, pipeline }: Observed,
): Promise<string | undefined> {
  const sentinel = await within(deadline, load.sendSentinel());
  if (sentinel === undefined) return 'no event could be sent';
  if (!(await becomesTrue(deadline, () => isStored(operator, sentinel)))) return 'a new event was not stored';
  const offsets = await retryUntil(deadline, pipeline.offsets);
  if (offsets === undefined) return NO_OFFSETS;
  const ends = new Map(offsets.map(({ partition, logEnd }) => [partition, logEnd]));
  const isCaughtUp = async () => {
    const now = await retryUntil(deadline, pipeline.offsets);
    return (
      now?.every(({ partition, committed }) => (committed ?? 0n) >= (ends.get(partition) ?? 0n)) ?? false
    );
  };
  return (await becomesTrue(deadline, isCaughtUp)) ? undefined : 'earlier records were not committed';
}

const NO_OFFSETS = 'Kafka did not return offsets';

async function becomesTrue(deadline: number, condition: () => Promise<boolean>): Promise<boolean> {
  const outcome = waitUntil(condition).then(() => true);
  return (await within(deadline, outcome)) ?? false;
}

/** Number of log lines to quote per consumer. */
const QUOTED_LINES = 15;

/** Context for a failed test: offsets, group members and the last log lines. */
async function describeState({ pipeline, fleet }: Observed): Promise<readonly string[]> {
  const deadline = Date.now() + 5_000;
  const offsets = (await retryUntil(deadline, pipeline.offsets).catch(() => undefined)) ?? [];
  const group = await retryUntil(deadline, pipeline.describeGroup).catch(() => undefined);
  return [
    ...offsets.map(({ partition, committed, logEnd }) => `partition ${partition}: ${committed} of ${logEnd}`),
    `group: ${JSON.stringify(group)}`,
    ...fleet.running.map((program) => program.stderr().trimEnd().split('\n').slice(-QUOTED_LINES).join('\n')),
  ];
}

/**
 * The result of a query, or undefined after a deadline. Transient errors are retried: the fault may have
 * killed the connection of the test itself.
 */
async function retryUntil<Value>(deadline: number, query: () => Promise<Value>): Promise<Value | undefined> {
  const signal = AbortSignal.timeout(Math.max(0, deadline - Date.now()));
  try {
    return await within(deadline, retryForever(query, { isTransient: isTransientError, signal }));
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** The lag counts as stuck if it does not decrease for this long. */
const STUCK_MS = 60_000;

/** Waits until the lag is 0, for as long as it keeps decreasing. Returns the problem if it is stuck. */
export async function findStuckLag({ pipeline }: Pick<System, 'pipeline'>): Promise<readonly string[]> {
  let lowest: bigint | undefined;
  let deadline = Date.now() + STUCK_MS;
  for (;;) {
    const offsets = await retryUntil(Date.now() + RECOVERY_MS, pipeline.offsets);
    if (offsets === undefined) return [NO_OFFSETS];
    const lag = offsets.reduce((sum, { committed, logEnd }) => sum + logEnd - (committed ?? 0n), 0n);
    if (lag === 0n) return [];
    if (Date.now() > deadline) return [`the lag has not decreased for ${STUCK_MS / 1_000} s: ${lag}`];
    if (lowest === undefined || lag < lowest) {
      lowest = lag;
      deadline = Date.now() + STUCK_MS;
    }
    await sleep(200);
  }
}

async function isStored(operator: System['operator'], eventId: string): Promise<boolean> {
  const found = await operator.run((sql) => sql`select from raw_events where event_id = ${eventId}`);
  return found.length > 0;
}

/** The outcome, or undefined after a deadline. */
async function within<Value>(deadline: number, outcome: Promise<Value>): Promise<Value | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, deadline - Date.now(), undefined);
  try {
    return await Promise.race([outcome, promise]);
  } finally {
    clearTimeout(timer);
  }
}

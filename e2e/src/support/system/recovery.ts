import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransientError, type PartitionOffsets } from '@pipeline/kafka';
import { retryForever } from '@pipeline/runtime';
import { holdsWithin } from '../programs/wait.ts';
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
 * Finds out whether processing resumes after a fault, with all running consumers: within `recoveryMs()`, or after the
 * retry of joins that were lost. Then everything in Kafka must be committed, for as long as that makes progress: the
 * more was sent, the longer a replay takes. Returns the problem and the state of the system.
 */
export async function findStall(system: Observed): Promise<readonly string[]> {
  const first = await findStallWithin(recoveryMs(), system);
  const isJoining = first !== undefined && !(await isComplete(system));
  const stall = isJoining ? await findStallWithin(JOIN_RETRY_MS, system) : first;
  return stall === undefined ? [] : [stall, ...(await describeState(system))];
}

/** `KAFKA_REBALANCE_TIMEOUT_MS` and 5 s: then a member repeats a join whose response was lost. */
const JOIN_RETRY_MS = 35_000;

/** Whether the group is stable with exactly the running consumers. */
export async function isComplete({ pipeline, fleet }: Pick<System, 'pipeline' | 'fleet'>): Promise<boolean> {
  const group = await retryUntil(Date.now() + 5_000, pipeline.describeGroup).catch(() => undefined);
  return group?.state === 'Stable' && group.members.length === fleet.running.length;
}

/** The problem if no event can be sent and stored after a fault, with all before it, or if a consumer is no member. */
async function findStallWithin(limitMs: number, system: Observed): Promise<string | undefined> {
  const { load, operator, pipeline } = system;
  const deadline = Date.now() + limitMs;
  const sentinel = await within(deadline, load.sendSentinel());
  if (sentinel === undefined)
    return `no event could be sent within ${limitMs / 1_000} s after the fault ended`;
  const offsets = await retryUntil(deadline, pipeline.offsets);
  if (offsets === undefined) return NO_OFFSETS;
  const ends = new Map(offsets.map(({ partition, logEnd }) => [partition, logEnd]));
  const [stuck] = await findStuckLag({ pipeline }, { ends, stuckMs: limitMs });
  if (stuck !== undefined) return stuck;
  // The committed offset of a log that was cut is beyond its end until a consumer has located its position.
  if (!(await holdsWithin(limitMs, () => hasEvent(operator, sentinel))))
    return 'a new event was committed, but not stored';
  const hasAll = await holdsWithin(limitMs, () => isComplete(system));
  return hasAll ? undefined : 'a running consumer is no member of the group';
}

const NO_OFFSETS = 'Kafka did not return offsets';

/** Number of log lines to quote per consumer. */
const QUOTED_LINES = 30;

/** Context for a failed test: offsets, group members and the last log lines, without those about refused events. */
async function describeState({ pipeline, fleet }: Observed): Promise<readonly string[]> {
  const query = <Value>(one: () => Promise<Value>) =>
    retryUntil(Date.now() + 5_000, one).catch(() => undefined);
  const offsets = (await query(pipeline.offsets)) ?? [];
  const group = await query(pipeline.describeGroup);
  return [
    ...offsets.map(({ partition, committed, logEnd }) => `partition ${partition}: ${committed} of ${logEnd}`),
    `group: ${JSON.stringify(group)}`,
    ...fleet.running.map((program) => lastLines(program.stderr())),
  ];
}

function lastLines(log: string): string {
  const lines = log.trimEnd().split('\n');
  return lines
    .filter((line) => !line.includes('Postgres refused events'))
    .slice(-QUOTED_LINES)
    .join('\n');
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

interface LagOptions {
  /** Offsets by partition from which on records do not count; by default, all count. */
  readonly ends?: ReadonlyMap<number, bigint>;
  /** Milliseconds without progress; defaults to a minute. */
  readonly stuckMs?: number;
}

/** Waits until the lag is 0, for as long as it keeps decreasing. Returns the problem if it is stuck. */
export async function findStuckLag(
  { pipeline }: Pick<System, 'pipeline'>,
  { ends, stuckMs = STUCK_MS }: LagOptions = {},
): Promise<readonly string[]> {
  let before: bigint | undefined;
  let deadline = Date.now() + stuckMs;
  for (;;) {
    const offsets = await retryUntil(Date.now() + RECOVERY_MS, pipeline.offsets);
    if (offsets === undefined) return [NO_OFFSETS];
    const lag = offsets.reduce((sum, one) => sum + lagOf(one, ends?.get(one.partition) ?? one.logEnd), 0n);
    if (lag === 0n) return [];
    if (Date.now() > deadline) return [`the lag has not decreased for ${stuckMs / 1_000} s: ${lag}`];
    if (before === undefined || lag < before) deadline = Date.now() + stuckMs;
    before = lag;
    await sleep(200);
  }
}

/** A committed offset beyond the end is one of a log that was cut or recreated: nothing of the present one counts. */
function lagOf({ committed = 0n, logEnd }: PartitionOffsets, end: bigint): bigint {
  if (committed > logEnd) return end;
  return end > committed ? end - committed : 0n;
}

async function hasEvent(operator: System['operator'], eventId: string): Promise<boolean> {
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

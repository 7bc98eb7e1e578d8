import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@pipeline/db';
import type { PartitionOffsets } from '@pipeline/kafka';
import { type Fleet, probesUrl, residentBytes } from './fleet.ts';
import { findViolations, noViolations } from './invariants.ts';
import { CANARY } from './plan.ts';

/** Looks at a system again and again, for as long as it lives. */
export interface Watch {
  /** What was ever wrong, each thing once. */
  readonly findings: readonly string[];
  /** How many snapshots of the database were taken and compared. */
  readonly snapshots: number;
  /** How many times Kafka's committed offsets were compared with the ledger. */
  readonly comparisons: number;
  /** The most memory that any consumer was seen to occupy, in bytes. */
  readonly peakBytes: number;
  /** Offsets are being put back on purpose: from now on they may be ahead of the ledger, and decrease. */
  expectRewind(): void;
  /**
   * Another broker takes over the group: from now on offsets may decrease. It tells only of commits that it knows to be
   * on all replicas in sync, and learns that of the last ones a moment later.
   */
  expectTakeover(): void;
  stop(): Promise<void>;
}

export interface Watched {
  /** With short timeouts of its own. */
  readonly database: Database;
  readonly topic: string;
  readonly offsets: () => Promise<readonly PartitionOffsets[]>;
  readonly fleet: Fleet;
}

const LOOK_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** What was seen so far, and what may be seen from now on. */
class Seen {
  readonly findings = new Set<string>();
  snapshots = 0;
  comparisons = 0;
  peakBytes = 0;
  committed: ReadonlyMap<number, bigint> = new Map();
  mayDecrease = false;
  mayRunAhead = false;

  add(...findings: readonly string[]): void {
    for (const finding of findings) this.findings.add(finding);
  }
}

type DashboardState = (watched: Watched, seen: Seen) => Promise<void>;

const looks: readonly DashboardState[] = [
  lookAtTables,
  lookAtOffsets,
  lookAtTransactions,
  lookAtMemory,
  lookAtProbes,
];

/** Starts watching. Whatever does not answer is looked at again later. */
export function startWatch(watched: Watched): Watch {
  const seen = new Seen();
  const stopped = new AbortController();
  const running = Promise.all(looks.map((look) => repeat(() => look(watched, seen), stopped.signal)));
  return {
    get findings() {
      return [...seen.findings];
    },
    get snapshots() {
      return seen.snapshots;
    },
    get comparisons() {
      return seen.comparisons;
    },
    get peakBytes() {
      return seen.peakBytes;
    },
    expectRewind() {
      seen.mayDecrease = true;
      seen.mayRunAhead = true;
    },
    expectTakeover() {
      seen.mayDecrease = true;
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/** A look that costs much is taken more seldom; one that fails costs nothing, one that waited for Kafka not so much. */
async function repeat(look: () => Promise<void>, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const startedAt = performance.now();
    const pauseMs = await look().then(
      () => Math.min(LONGEST_PAUSE_MS, Math.max(LOOK_MS, 3 * (performance.now() - startedAt))),
      () => LOOK_MS,
    );
    await sleep(pauseMs);
  }
}

async function lookAtTables({ database }: Watched, seen: Seen): Promise<void> {
  seen.add(...(await describeViolations(database)));
  seen.snapshots++;
}

/** Kafka is asked first: an offset that is committed between the two questions is not taken for one that runs ahead. */
async function lookAtOffsets({ database, topic, offsets }: Watched, seen: Seen): Promise<void> {
  const committed = committedBy(await offsets());
  const ledger = await readNextOffsets(database, topic);
  if (!seen.mayDecrease) seen.add(...findRewound(seen.committed, committed));
  if (!seen.mayRunAhead) seen.add(...findAhead(committed, ledger));
  seen.committed = committed;
  seen.comparisons++;
}

async function lookAtTransactions({ database }: Watched, seen: Seen): Promise<void> {
  seen.add(...(await findIdleTransactions(database)));
}

async function lookAtMemory({ fleet }: Watched, seen: Seen): Promise<void> {
  const sizes = fleet.running.map(({ process }) => residentBytes(process.pid));
  seen.peakBytes = Math.max(seen.peakBytes, ...sizes);
}

async function lookAtProbes({ fleet }: Watched, seen: Seen): Promise<void> {
  const leaks = (await askProbes(fleet)).filter((answer) => answer.includes(CANARY));
  if (leaks.length > 0) seen.add('a probe or a metric tells what an event holds, or a password');
}

async function describeViolations(database: Database): Promise<readonly string[]> {
  const violations = Object.entries(await findViolations(database));
  const wrong = violations.filter(
    ([name, count]) => count !== noViolations[name as keyof typeof noViolations],
  );
  return wrong.map(([name, count]) => `in a snapshot: ${name} ${count}`);
}

function committedBy(offsets: readonly PartitionOffsets[]): Map<number, bigint> {
  return new Map(offsets.map(({ partition, committed }) => [partition, committed ?? 0n]));
}

/** Where the ledger of each partition of a topic stands. */
export async function readNextOffsets(
  database: Database,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> {
  const rows = await database.run(
    (sql) => sql<{ partition: number; next: bigint }[]>`
      select partition, next_offset as next from ingest_progress where topic = ${topic}`,
  );
  return new Map(rows.map(({ partition, next }) => [partition, next]));
}

function findRewound(
  before: ReadonlyMap<number, bigint>,
  now: ReadonlyMap<number, bigint>,
): readonly string[] {
  const rewound = [...now].filter(([partition, offset]) => offset < (before.get(partition) ?? 0n));
  return rewound.map(([partition]) => `the committed offset of partition ${partition} decreased`);
}

function findAhead(
  committed: ReadonlyMap<number, bigint>,
  ledger: ReadonlyMap<number, bigint>,
): readonly string[] {
  const ahead = [...committed].filter(([partition, offset]) => offset > (ledger.get(partition) ?? 0n));
  return ahead.map(([partition]) => `the committed offset of partition ${partition} ran ahead of the ledger`);
}

/** A transaction that is open and does nothing holds locks, and may never end. */
async function findIdleTransactions(database: Database): Promise<readonly string[]> {
  const idle = await database.run(
    (sql) => sql`
      select from pg_stat_activity where application_name = 'consumer' and state like 'idle in transaction%'
      and state_change < clock_timestamp() - interval '16 s'`,
  );
  return idle.map(() => 'a transaction was idle for more than 15 s');
}

async function askProbes(fleet: Fleet): Promise<readonly string[]> {
  const urls = fleet.running.map(probesUrl).filter((url) => url !== undefined);
  const paths = urls.flatMap((url) => ['/livez', '/readyz', '/metrics'].map((path) => url + path));
  const ask = async (url: string) => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).text();
  return await Promise.all(paths.map((url) => ask(url).catch(() => '')));
}

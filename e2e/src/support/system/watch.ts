import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@pipeline/db';
import type { PartitionOffsets } from '@pipeline/kafka';
import { listViolations } from '../data/invariants.ts';
import { CANARY } from '../data/plan.ts';
import { type Fleet, probesUrl, residentBytes } from './fleet.ts';

/** Checks a running system continuously. */
export interface Watch {
  /** All distinct problems found so far. */
  readonly findings: readonly string[];
  /** Number of database snapshots checked. */
  readonly snapshots: number;
  /** Number of comparisons of committed offsets with the ledger. */
  readonly comparisons: number;
  /** Highest resident memory of any consumer, in bytes. */
  readonly peakBytes: number;
  /** From now on, committed offsets may decrease or be ahead of the ledger, because the test resets them. */
  expectRewind(): void;
  /**
   * From now on, committed offsets may decrease, because another broker becomes the group coordinator: it
   * returns only commits below its high watermark, which may trail its predecessor's for a moment.
   */
  expectTakeover(): void;
  /** From now on, logs may be truncated, and committed offsets decrease or be ahead of the ledger. */
  expectTruncation(): void;
  /**
   * From now on, the topic may be another one of its name, without the records that the ledger has counted, and
   * committed offsets may decrease or be ahead of the ledger.
   */
  expectRecreation(): void;
  /** Whether logs may have been truncated. */
  readonly mayTruncate: boolean;
  /** Whether the topic may lack records that the ledger has counted. */
  readonly mayLackRecords: boolean;
  /** From now on, checks follow each other without long pauses: nothing else needs the machine. */
  hurry(): void;
  stop(): Promise<void>;
}

/** A system to check. */
export interface Watched {
  /** Connections with a timeout. */
  readonly database: Database;
  readonly topic: string;
  readonly offsets: () => Promise<readonly PartitionOffsets[]>;
  readonly fleet: Fleet;
}

const [INTERVAL_MS, MAX_INTERVAL_MS] = [200, 60_000];
/** A recount of millions of rows takes seconds of a core: a check may take a tenth of the time. */
const PAUSE_SHARE = 9;

/** Results so far, and which deviations are tolerated. */
class Results {
  readonly findings = new Set<string>();
  snapshots = 0;
  comparisons = 0;
  peakBytes = 0;
  committed: ReadonlyMap<number, bigint> = new Map();
  mayDecrease = false;
  mayRunAhead = false;
  mayTruncate = false;
  mayLackRecords = false;

  add(...findings: readonly string[]): void {
    for (const finding of findings) this.findings.add(finding);
  }
}

type Check = (watched: Watched, results: Results) => Promise<void>;

const checks: readonly Check[] = [checkTables, checkOffsets, checkTransactions, checkMemory, checkProbes];

/** Starts the checks. A check that fails, for example because of an outage, is repeated later. */
export function startWatch(watched: Watched): Watch {
  const results = new Results();
  const [hurried, stopped] = [new AbortController(), new AbortController()];
  const signals = { hurried: hurried.signal, stopped: stopped.signal };
  const running = Promise.all(checks.map((check) => repeat(() => check(watched, results), signals)));
  return {
    get findings() {
      return [...results.findings];
    },
    get snapshots() {
      return results.snapshots;
    },
    get comparisons() {
      return results.comparisons;
    },
    get peakBytes() {
      return results.peakBytes;
    },
    expectRewind() {
      results.mayDecrease = true;
      results.mayRunAhead = true;
    },
    expectTakeover() {
      results.mayDecrease = true;
    },
    expectTruncation() {
      results.mayDecrease = true;
      results.mayRunAhead = true;
      results.mayTruncate = true;
      results.mayLackRecords = true;
    },
    expectRecreation() {
      results.mayDecrease = true;
      results.mayRunAhead = true;
      results.mayLackRecords = true;
    },
    get mayTruncate() {
      return results.mayTruncate;
    },
    get mayLackRecords() {
      return results.mayLackRecords;
    },
    hurry() {
      hurried.abort();
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/** Repeats a check; a slow one runs less often, also if it fails: it may have been too slow. */
async function repeat(
  check: () => Promise<void>,
  { hurried, stopped }: { readonly hurried: AbortSignal; readonly stopped: AbortSignal },
): Promise<void> {
  while (!stopped.aborted) {
    const startedAt = performance.now();
    await check().catch(() => {});
    const wanted = hurried.aborted ? 0 : PAUSE_SHARE * (performance.now() - startedAt);
    const pauseMs = Math.min(MAX_INTERVAL_MS, Math.max(INTERVAL_MS, wanted));
    const signal = hurried.aborted ? stopped : AbortSignal.any([hurried, stopped]);
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

async function checkTables({ database }: Watched, results: Results): Promise<void> {
  const violations = await listViolations(database);
  results.add(...violations.map((violation) => `in a snapshot: ${violation}`));
  results.snapshots++;
}

/** Queries Kafka first, so that an offset committed between the two queries does not appear to be ahead. */
async function checkOffsets({ database, topic, offsets }: Watched, results: Results): Promise<void> {
  const committed = committedBy(await offsets());
  const ledger = await readNextOffsets(database, topic);
  if (!results.mayDecrease) results.add(...findRewound(results.committed, committed));
  if (!results.mayRunAhead) results.add(...findAhead(committed, ledger));
  results.committed = committed;
  results.comparisons++;
}

async function checkTransactions({ database }: Watched, results: Results): Promise<void> {
  results.add(...(await findIdleTransactions(database)));
}

async function checkMemory({ fleet }: Watched, results: Results): Promise<void> {
  const sizes = fleet.running.map(({ process }) => residentBytes(process.pid));
  results.peakBytes = Math.max(results.peakBytes, ...sizes);
}

async function checkProbes({ fleet }: Watched, results: Results): Promise<void> {
  const responses = await fetchProbes(fleet);
  if (responses.some((response) => response.includes(CANARY)))
    results.add('a probe or a metric leaks event data or a password');
  const countsTruncation = responses.some((response) => truncationCount.test(response));
  if (countsTruncation && !results.mayTruncate) results.add('false alarm: a truncated log was counted');
}

/** The metric of truncated logs, above 0. */
const truncationCount = /^pipeline_log_truncations_total\S* [1-9]/m;

function committedBy(offsets: readonly PartitionOffsets[]): Map<number, bigint> {
  return new Map(offsets.map(({ partition, committed }) => [partition, committed ?? 0n]));
}

/** Next offsets in the ledger of a topic, by partition. */
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

/** An idle transaction holds locks and may never end. */
async function findIdleTransactions(database: Database): Promise<readonly string[]> {
  const idle = await database.run(
    (sql) => sql`
      select from pg_stat_activity where application_name = 'consumer' and state like 'idle in transaction%'
      and state_change < clock_timestamp() - interval '16 s'`,
  );
  return idle.map(() => 'a transaction was idle for more than 15 s');
}

async function fetchProbes(fleet: Fleet): Promise<readonly string[]> {
  const urls = fleet.running.map(probesUrl).filter((url) => url !== undefined);
  const paths = urls.flatMap((url) => ['/livez', '/readyz', '/metrics'].map((path) => url + path));
  const get = async (url: string) => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).text();
  return await Promise.all(paths.map((url) => get(url).catch(() => '')));
}

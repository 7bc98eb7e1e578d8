import type { PurgedRows } from '@pipeline/db/prove';
import { type Finding, MAX_LISTED, placeOf } from '../finding.ts';
import { NOT_RETAINED, type Plan } from '../plan.ts';
import { accountableIn, type Tally, tallyOf } from '../tally.ts';
import { bitsToColumns, detailToAbsence, type Entry } from './entry.ts';
import type { Group } from './groups.ts';
import { type GroupVerdict, judgeGroup } from './judge-group.ts';
import { countExcess, type PurgeCandidates, purgedLetters } from './purge-balance.ts';

/** Everything that was read. */
export interface Read {
  readonly plan: Plan;
  /** By partition, in the order of the plan. */
  readonly tallies: readonly Tally[];
  /** By partition: records that are no events and no dead letters. */
  readonly unreadableEvents: readonly Listed<string>[];
  readonly findings: Listed<Finding>;
  /** Dead letters without a record. */
  readonly strays: Listed<Finding>;
  /** Limits of purges, by the numbers that entries have. */
  readonly limits: readonly bigint[];
}

/** A number of things, and the first of them. */
export interface Listed<One> {
  readonly count: number;
  readonly first: readonly One[];
}

/** The result of a proof. */
export interface Settled {
  readonly tallies: readonly Tally[];
  readonly rowsNotChecked: string | null;
  readonly findings: Listed<Finding>;
  readonly duplicates: Listed<{ readonly record: string; readonly of: string }>;
  /** Records that differ from the rows with their ids, and may repeat the ids of records that were not read. */
  readonly possibleConflicts: Listed<Finding>;
}

/** Adds to a list that is limited in length. */
export function list<One>({ count, first }: Listed<One>, more: readonly One[]): Listed<One> {
  return { count: count + more.length, first: [...first, ...more.slice(0, MAX_LISTED - first.length)] };
}

export const NONE: Listed<never> = { count: 0, first: [] };

function concat<One>(lists: readonly Listed<One>[]): Listed<One> {
  const count = lists.reduce((sum, one) => sum + one.count, 0);
  return { count, first: lists.flatMap(({ first }) => first).slice(0, MAX_LISTED) };
}

/** The state of the settlement. Lists hold the first things of each kind. */
interface Sums {
  readonly tallies: Record<keyof Tally, number>[];
  /** By partition: events that differ from their rows. */
  readonly different: Listed<Finding>[];
  readonly possibleConflicts: Listed<Finding>[];
  missing: Listed<Finding>;
  unaccounted: Listed<Finding>;
  purged: Listed<Finding>;
  duplicates: Settled['duplicates'];
  /** By partition: events that the definition rejects, and that no purge of events explains. */
  readonly rejected: Listed<Finding>[];
  readonly candidates: Map<bigint, { events: number; rejected: number }>;
}

/** Judges all event ids, then those that purges may have removed. */
export function settle(groups: Iterable<Group>, read: Read, purged: PurgedRows): Settled {
  const sums: Sums = {
    tallies: read.tallies.map(tallyOf),
    different: read.tallies.map(() => NONE),
    possibleConflicts: read.tallies.map(() => NONE),
    missing: NONE,
    unaccounted: NONE,
    purged: NONE,
    duplicates: NONE,
    rejected: read.plan.partitions.map(() => NONE),
    candidates: new Map(),
  };
  const isAccounted = ({ partition, offset }: Entry) =>
    offset >= (read.plan.partitions[partition]?.startOffset ?? 0n);
  for (const { eventId, entries } of groups)
    addGroup(sums, read, eventId, judgeGroup(entries, isAccounted), isAccounted);
  settlePurges(sums, purged, settleDeadLetters(sums, read, purged));
  const rowsNotChecked = read.plan.rowsNotChecked ?? whyNotRetained(sums, read.plan);
  if (rowsNotChecked !== null) settleConflicts(sums, read.plan);
  return toSettled(sums, read, rowsNotChecked);
}

function addGroup(
  sums: Sums,
  { plan, limits }: Read,
  eventId: Group['eventId'],
  verdict: GroupVerdict,
  isAccounted: (entry: Entry) => boolean,
): void {
  const { stored, different, absent, duplicates, conflicting, isUnaccounted } = verdict;
  const placeOfEntry = (entry: Entry) => placeOf(plan.partitions[entry.partition] as Place, entry.offset);
  const find = (kind: Finding['kind'], record: string | null, detail: string): Finding[] => [
    { kind, record, eventId: eventId(), detail },
  ];
  if (stored !== undefined) count(sums, stored, 'stored');
  if (different !== undefined) {
    const columns = bitsToColumns(different.detail).join(', ');
    const found = find('different', placeOfEntry(different), `event: ${columns}`);
    count(sums, different, 'different');
    sums.different[different.partition] = list(sums.different[different.partition] ?? NONE, found);
  }
  if (absent !== undefined)
    addAbsent(sums, limits, absent, find('missing', placeOfEntry(absent), 'event'), isAccounted);
  if (isUnaccounted) sums.unaccounted = list(sums.unaccounted, find('unaccounted', null, 'event'));
  const first = stored ?? different ?? absent;
  for (const one of duplicates) count(sums, one, 'duplicates');
  for (const one of conflicting) count(sums, one, 'conflicting');
  if (first === undefined) return;
  const repeats = [...duplicates, ...conflicting].map((one) => ({
    record: placeOfEntry(one),
    of: placeOfEntry(first),
  }));
  if (repeats.length > 0) sums.duplicates = list(sums.duplicates, repeats);
}

type Place = Plan['partitions'][number];

function count({ tallies }: Sums, { partition, kind }: Entry, name: keyof Tally): void {
  const tally = tallies[partition];
  if (tally === undefined) return;
  tally[name]++;
  if (kind === 'unlike') tally.attributesNotCompared++;
}

function addAbsent(
  sums: Sums,
  limits: readonly bigint[],
  entry: Entry,
  finding: readonly Finding[],
  isAccounted: (entry: Entry) => boolean,
): void {
  const { limit, isRejected } = detailToAbsence(entry.detail);
  const before = limit === undefined ? undefined : limits[limit];
  if (!isAccounted(entry)) {
    count(sums, entry, 'beforeLedger');
  } else if (before !== undefined) {
    const { events, rejected } = sums.candidates.get(before) ?? { events: 0, rejected: 0 };
    sums.candidates.set(before, { events: events + 1, rejected: rejected + (isRejected ? 1 : 0) });
    count(sums, entry, 'purged');
    sums.purged = list(sums.purged, finding);
  } else if (isRejected) {
    sums.rejected[entry.partition] = list(sums.rejected[entry.partition] ?? NONE, finding);
  } else {
    count(sums, entry, 'missing');
    sums.missing = list(sums.missing, finding);
  }
}

/**
 * If some records were not read, one that differs from the row with its id may repeat the id of such a record. The
 * ledger of its partition has then counted it as conflicting. If more differ than are counted, all are differences.
 */
function settleConflicts({ tallies, different, possibleConflicts }: Sums, { partitions }: Plan): void {
  for (const [index, { conflicts }] of partitions.entries()) {
    const [tally, found] = [tallies[index], different[index] ?? NONE];
    if (tally === undefined || found.count > Number(conflicts) - tally.conflicting) continue;
    tally.different -= found.count;
    tally.conflicting += found.count;
    tally.possibleConflicts += found.count;
    possibleConflicts[index] = found;
    different[index] = NONE;
  }
}

/**
 * Records that were dead letters, if purges have removed as many from their partition.
 * @returns the number of removed dead letters that are left
 */
function settleDeadLetters(sums: Sums, { plan, unreadableEvents }: Read, purged: PurgedRows): number {
  const left = plan.partitions.map((partition, index) => {
    const [events, others] = [sums.rejected[index] ?? NONE, unreadableEvents[index] ?? NONE];
    const removed = purgedLetters(purged, partition);
    const explained = Math.min(events.count + others.count, removed);
    const missing = events.count + others.count - explained;
    const tally = sums.tallies[index];
    if (tally !== undefined)
      Object.assign(tally, { purged: tally.purged + explained, missing: tally.missing + missing });
    if (missing > 0) addMissing(sums, missing, [...events.first, ...others.first.map(toMissing)]);
    return removed - explained;
  });
  return left.reduce((sum, one) => sum + one, 0);
}

function toMissing(record: string): Finding {
  return { kind: 'missing', record, eventId: null, detail: 'dead letter' };
}

function addMissing(sums: Sums, number: number, first: readonly Finding[]): void {
  sums.missing = { first: list(sums.missing, first).first, count: sums.missing.count + number };
}

/**
 * Which of the events is missing is unknown: all of them are older than the limit.
 * @param spare number of removed dead letters that are left
 */
function settlePurges(sums: Sums, purged: PurgedRows, spare: number): void {
  const candidates: readonly PurgeCandidates[] = [...sums.candidates].map(([limit, one]) => ({
    limit,
    ...one,
  }));
  const rejected = candidates.reduce((sum, one) => sum + one.rejected, 0);
  let excess = countExcess(candidates, purged.events);
  excess -= Math.min(excess, rejected, spare);
  if (excess === 0) return;
  const detail = 'event, or another one that is older than the limit of a purge';
  addMissing(
    sums,
    excess,
    sums.purged.first.map((finding) => ({ ...finding, detail })),
  );
  for (const tally of sums.tallies) {
    const moved = Math.min(excess, tally.purged);
    tally.purged -= moved;
    tally.missing += moved;
    excess -= moved;
  }
}

/** Whether the topic has fewer records than the ledger has counted. */
function whyNotRetained({ tallies }: Sums, { partitions }: Plan): string | null {
  const isRetained = partitions.every(({ records }, index) => {
    const tally = tallies[index] ?? tallyOf({});
    return accountableIn(tally) - tally.beforeLedger >= Number(records);
  });
  return isRetained ? null : NOT_RETAINED;
}

function toSettled(sums: Sums, { plan, findings, strays }: Read, rowsNotChecked: string | null): Settled {
  const rows = rowsNotChecked === null ? [sums.unaccounted, strays] : [];
  return {
    tallies: plan.partitions.map((one, index) => withEmpty(one, sums.tallies[index] ?? tallyOf({}))),
    rowsNotChecked,
    duplicates: sums.duplicates,
    possibleConflicts: concat(sums.possibleConflicts),
    findings: concat([findings, ...sums.different, sums.missing, ...rows]),
  };
}

/** Offsets that are neither records nor anything else that was read. */
function withEmpty({ from, to }: Place, tally: Tally): Tally {
  const { noEvents, markers, aborted, unreadable, expired } = tally;
  const known = accountableIn(tally) + noEvents + markers + aborted + unreadable + expired;
  return { ...tally, empty: Number(to - from) - known };
}

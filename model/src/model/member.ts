import { tailFromJson } from '@pipeline/db/write';
import type { TopicPartition } from '@pipeline/kafka';
import {
  type AssignedPartition,
  Assignment,
  epochBefore,
  type LogCheck,
  resumeOffset,
  type Slice,
} from '@pipeline/kafka/consume';
import { intern, memoize } from './intern.ts';
import { openLedger, rewindLedger } from './statements.ts';
import {
  both,
  type Group,
  type Index,
  type LedgerRow,
  type Log,
  type Member,
  type Owned,
  type Place,
  put,
  type Response,
  type Tables,
  type Work,
  type World,
} from './world.ts';

/** Records of one slice. */
const SLICE = 2;
const at = (partition: number): TopicPartition => ({ topic: 'events', partition });

/** The real check of a log against a ledger. */
export type CheckLog = (row: LedgerRow, log: Log) => LogCheck;

/** A member that has just started. */
export function newMember(generation: number): Member {
  const place: Place = { owned: null, work: null, isRetired: false, expected: null, resets: 0, tail: null };
  return intern({
    generation,
    isExpelled: false,
    topicId: 0,
    tolerant: false,
    places: [place, place],
    looked: null,
  });
}

/** The member's state in the real assignment. */
function assignmentOf({ places }: Member): Assignment {
  const assignment = new Assignment({ maxRecords: SLICE, maxBytes: 1 }, 1);
  const retired = both.filter((partition) => places[partition]?.isRetired);
  for (const owner of assignment.rebalance('former', retired.map(at)))
    owner.inFlight = sliceOf(owner, places[owner.partition]);
  const owned = both.filter((partition) => places[partition]?.owned);
  for (const owner of assignment.rebalance('member', owned.map(at)))
    restoreOwned(owner, places[owner.partition]);
  return assignment;
}

function restoreOwned(owner: AssignedPartition, place: Place | undefined): void {
  if (!place?.owned) return;
  owner.state = place.owned.state;
  owner.position = BigInt(place.owned.position);
  owner.completed = BigInt(place.owned.completed);
  owner.committed = BigInt(place.owned.committed);
  owner.epoch = place.owned.epoch ?? undefined;
  owner.doubt = place.owned.doubt ?? undefined;
  if (!place.isRetired) owner.inFlight = sliceOf(owner, place);
}

function sliceOf(owner: AssignedPartition, place: Place | undefined): Slice | undefined {
  if (!place?.work) return undefined;
  return { owner, records: [], nextOffset: BigInt(place.work.from + place.work.records.length) };
}

function ownedOf(owner: AssignedPartition): Owned {
  return {
    state: owner.state,
    position: Number(owner.position),
    completed: Number(owner.completed),
    committed: Number(owner.committed),
    epoch: owner.epoch ?? null,
    doubt: owner.doubt ?? null,
  };
}

/** Reads the owned partitions back from the assignment. */
function withOwned(member: Member, assignment: Assignment): Member {
  const places = member.places.map((place, partition) => {
    const owner = assignment.find(at(partition));
    return { ...place, owned: owner === undefined ? null : ownedOf(owner) };
  });
  return { ...member, places };
}

/** Joins the group's present generation, under a new id if it was expelled. */
export const join = memoize(
  (member: Member, generation: number, ...partitions: readonly number[]): Member => {
    const assignment = assignmentOf(member);
    const before = both.map((partition) => assignment.find(at(partition)));
    assignment.rebalance(member.isExpelled ? 'new member' : 'member', partitions.map(at));
    const joined = withOwned(member, assignment);
    const places = joined.places.map((place, partition) => {
      const isKept = assignment.find(at(partition)) === before[partition] && before[partition] !== undefined;
      return { ...place, isRetired: place.work !== null && (place.isRetired || !isKept) };
    });
    return { ...joined, places, generation, isExpelled: false, looked: null };
  },
);

/** Whether the positions can be looked up: nothing is in flight, and everything completed is committed. */
export const canLook = memoize((member: Member): boolean => {
  const isLocating = member.places.some(({ owned }) => owned?.state === 'locating');
  const isBusy = member.places.some(({ owned, work }) => owned !== null && work !== null);
  return isLocating && !isBusy && member.looked === null && assignmentOf(member).uncommitted().length === 0;
});

/** What a member finds when it opens a ledger: where to read, or why it cannot. */
interface Located {
  readonly tables: Tables;
  readonly group: Group;
  readonly position: bigint;
}

/**
 * Opens the ledgers, sets those of truncated logs back, and starts to read.
 * @returns `failed` if a ledger refuses it, `blocked` until the member has joined the latest generation
 */
export function locate(world: World, index: Index, check: CheckLog): World | 'failed' | 'blocked' {
  const member = world.members[index];
  const looked = member?.looked;
  if (!member || !looked) return 'blocked';
  const assignment = assignmentOf(member);
  let { tables, group } = world;
  let { places } = member;
  for (const partition of both) {
    const owner = assignment.find(at(partition));
    const place = places[partition];
    const log = world.logs[partition];
    if (owner === undefined || place === undefined || log === undefined) continue;
    const located = locateOne({ ...world, tables, group }, member, partition, check);
    if (typeof located === 'string') return located;
    ({ tables, group } = located);
    const { next: expected, resets, tail } = ledgerOf(tables, partition);
    const epoch = epochAt(tail, located.position, expected);
    owner.startAt(located.position, epoch);
    places = put(places, partition, { ...place, expected, resets, tail });
  }
  const started = intern(withOwned({ ...member, places, topicId: looked.topicId, looked: null }, assignment));
  return { ...world, tables: intern(tables), group, members: put(world.members, index, started) };
}

function locateOne(
  world: World,
  { looked, generation, isExpelled }: Member,
  partition: Index,
  check: CheckLog,
): Located | 'failed' | 'blocked' {
  const [start, end, seen] = looked?.bounds[partition] ?? [0, 0, null];
  const before = world.tables.ledgers[partition]?.resets ?? 0;
  let tables = openLedger(world.tables, partition, looked?.topicId ?? 0, start);
  if (tables === undefined) return 'failed';
  let { group } = world;
  const row = ledgerOf(tables, partition);
  // Until the next commit: the committed offset is of a log that the ledger no longer describes.
  if (before !== row.resets) group = { ...group, isForeign: put(group.isForeign, partition, true) };
  const log = world.logs[partition];
  const found = log === undefined || before !== row.resets ? undefined : check(row, log);
  let committed = seen;
  if (found?.state === 'truncated') {
    const divergence = Number(found.divergence);
    if ((seen ?? 0) > divergence) {
      if (isExpelled || generation !== group.generation) return 'blocked';
      group = { ...group, committed: put(group.committed, partition, divergence) };
      committed = divergence;
    }
    // A member that looked before the last commit does not see it, and cannot set it back.
    if ((group.committed[partition] ?? 0) > divergence)
      group = { ...group, isForeign: put(group.isForeign, partition, true) };
    tables = rewindLedger(tables, partition, divergence);
  }
  const ledger = ledgerOf(tables, partition);
  const position = resumeOffset({
    logStart: BigInt(start),
    logEnd: BigInt(end),
    committed: committed === null ? undefined : BigInt(committed),
    ledger: BigInt(ledger.next),
  });
  if ((committed ?? 0) > position) {
    if (isExpelled || generation !== group.generation) return 'blocked';
    group = { ...group, committed: put(group.committed, partition, Number(position)) };
  }
  return { tables, group, position };
}

function ledgerOf({ ledgers }: Tables, partition: number): LedgerRow {
  const row = ledgers[partition];
  if (!row) throw new Error(`the ledger of ${partition} is not open`);
  return row;
}

function epochAt(tail: string | null, position: bigint, next: number): number | undefined {
  const parsed = tail === null ? undefined : tailFromJson(JSON.parse(tail));
  return parsed?.nextOffset === BigInt(next) ? epochBefore(parsed, position, BigInt(next)) : undefined;
}

/** Looks all positions up again, because what was fetched does not seem to continue the log. */
export const relocate = memoize((member: Member, partition: number, doubt: string): Member => {
  const assignment = assignmentOf(member);
  const owner = assignment.find(at(partition));
  if (owner !== undefined) owner.doubt = doubt;
  assignment.relocate();
  return { ...withOwned(member, assignment), looked: null };
});

/** Accepts fetched records and takes them as a slice. */
export const fetchAndTake = memoize((member: Member, partition: number, log: Log): Member | undefined => {
  const assignment = assignmentOf(member);
  const owner = assignment.find(at(partition));
  const place = member.places[partition];
  if (owner === undefined || place === undefined || place.work !== null) return undefined;
  const from = Number(owner.position);
  const slice = log.records.slice(from, from + SLICE);
  const epochs = log.epochs.slice(from, from + SLICE);
  if (slice.length === 0) return undefined;
  const nextOffset = owner.position + BigInt(slice.length);
  const chunk = { records: [], nextOffset, lastEpoch: epochs.at(-1) };
  if (!owner.accept(owner.position, chunk) || owner.take() === undefined) return undefined;
  const work: Work = {
    from,
    records: slice,
    epochs,
    expected: place.expected ?? 0,
    resets: place.resets,
    tail: place.tail,
    tolerant: member.tolerant,
    responses: [],
    isDone: false,
  };
  const taken = withOwned(member, assignment);
  return { ...taken, places: put(taken.places, partition, { ...place, ...taken.places[partition], work }) };
});

/** Completes and releases a slice; a slice of a revoked partition completes nothing. */
export const complete = memoize((member: Member, partition: number): Member => {
  const assignment = assignmentOf(member);
  const owner = assignment.find(at(partition));
  if (owner?.inFlight !== undefined) {
    const slice = owner.inFlight;
    owner.complete(slice);
    assignment.release(slice);
  }
  const done = withOwned(member, assignment);
  const places = done.places.map((one, at) =>
    at === partition ? { ...one, work: null, isRetired: false } : one,
  );
  return { ...done, places };
});

/** What a commit would send. */
export const uncommitted = memoize(
  (member: Member): readonly (readonly [partition: number, offset: number])[] => {
    return assignmentOf(member)
      .uncommitted()
      .map(({ owner, offset }) => [owner.partition, Number(offset)]);
  },
);

/** Records that Kafka has taken the commit. */
export const acknowledge = memoize((member: Member): Member => {
  const assignment = assignmentOf(member);
  for (const { owner, offset } of assignment.uncommitted()) owner.acknowledge(offset);
  return withOwned(member, assignment);
});

/** Kafka does not know the member id: its partitions may belong to another member. */
export const abandon = memoize((member: Member): Member => {
  const assignment = assignmentOf(member);
  for (const { owner } of assignment.uncommitted()) owner.stop('revoked');
  return withOwned(member, assignment);
});

/** A slice after a response, or after its last statement. */
export const answered = memoize((member: Member, partition: Index, response: string): Member => {
  const parsed: Response = JSON.parse(response);
  return withWork(member, partition, (work) => ({ ...work, responses: [...work.responses, parsed] }));
});

/** A slice that is written, dead letters included, and what the writer has learned. */
export const written = memoize(
  (member: Member, partition: Index, tolerant: boolean, expected: number, tail: string | null): Member => {
    const done = withWork(member, partition, (work) => ({ ...work, isDone: true }));
    const place = done.places[partition];
    return place === undefined
      ? done
      : { ...done, tolerant, places: put(done.places, partition, { ...place, expected, tail }) };
  },
);

function withWork(member: Member, partition: Index, change: (work: Work) => Work): Member {
  const place = member.places[partition];
  if (!place?.work) throw new Error(`no slice of partition ${partition} is in flight`);
  return { ...member, places: put(member.places, partition, { ...place, work: change(place.work) }) };
}

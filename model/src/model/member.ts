import { type AssignedPartition, Assignment, resumeOffset, type Slice } from '@pipeline/kafka/consume';
import { intern, memoize } from './intern.ts';
import { openLedger } from './statements.ts';
import {
  both,
  type Index,
  type Member,
  type Owned,
  type Place,
  put,
  type Response,
  type Work,
  type World,
} from './world.ts';

/** Records of one slice. */
const SLICE = 2;
const TOPIC = 'events';

/** A member that has just started. */
export function newMember(generation: number): Member {
  const place: Place = { owned: null, work: null, isRetired: false, expected: null, resets: 0 };
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
  const assignment = new Assignment(TOPIC, { maxRecords: SLICE, maxBytes: 1 }, 1);
  const retired = both.filter((partition) => places[partition]?.isRetired);
  for (const owner of assignment.rebalance('former', retired))
    owner.inFlight = sliceOf(owner, places[owner.partition]);
  const owned = both.filter((partition) => places[partition]?.owned);
  for (const owner of assignment.rebalance('member', owned)) restoreOwned(owner, places[owner.partition]);
  return assignment;
}

function restoreOwned(owner: AssignedPartition, place: Place | undefined): void {
  if (!place?.owned) return;
  owner.state = place.owned.state;
  owner.position = BigInt(place.owned.position);
  owner.completed = BigInt(place.owned.completed);
  owner.committed = BigInt(place.owned.committed);
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
  };
}

/** Reads the owned partitions back from the assignment. */
function withOwned(member: Member, assignment: Assignment): Member {
  const places = member.places.map((place, partition) => {
    const owner = assignment.find(partition);
    return { ...place, owned: owner === undefined ? null : ownedOf(owner) };
  });
  return { ...member, places };
}

/** Joins the group's present generation, under a new id if it was expelled. */
export const join = memoize(
  (member: Member, generation: number, ...partitions: readonly number[]): Member => {
    const assignment = assignmentOf(member);
    const before = both.map((partition) => assignment.find(partition));
    assignment.rebalance(member.isExpelled ? 'new member' : 'member', partitions);
    const joined = withOwned(member, assignment);
    const places = joined.places.map((place, partition) => {
      const isKept = assignment.find(partition) === before[partition] && before[partition] !== undefined;
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

/** Opens the ledgers and starts to read; undefined if that fails. */
export function locate(world: World, index: Index): World | undefined {
  const member = world.members[index];
  const looked = member?.looked;
  if (!member || !looked) return world;
  const assignment = assignmentOf(member);
  let { tables } = world;
  let { places } = member;
  let { isForeign } = world.group;
  for (const partition of both) {
    const owner = assignment.find(partition);
    const place = places[partition];
    const [start, end, committed] = looked.bounds[partition] ?? [0, 0, null];
    if (owner === undefined || place === undefined) continue;
    const before = tables.ledgers[partition]?.resets ?? 0;
    const opened = openLedger(tables, partition, looked.topicId, start);
    if (opened === undefined) return undefined;
    tables = opened;
    // Until the next commit: the committed offset is of a log that the ledger no longer describes.
    if (before !== tables.ledgers[partition]?.resets) isForeign = put(isForeign, partition, true);
    const { next: expected = 0, resets = 0 } = tables.ledgers[partition] ?? {};
    owner.startAt(
      resumeOffset({
        logStart: BigInt(start),
        logEnd: BigInt(end),
        committed: committed === null ? undefined : BigInt(committed),
        ledger: BigInt(expected),
      }),
    );
    places = put(places, partition, { ...place, expected, resets });
  }
  const located = intern(withOwned({ ...member, places, topicId: looked.topicId, looked: null }, assignment));
  return {
    ...world,
    tables: intern(tables),
    group: { ...world.group, isForeign },
    members: put(world.members, index, located),
  };
}

/** Accepts fetched records and takes them as a slice. */
export const fetchAndTake = memoize(
  (member: Member, partition: number, ...records: readonly number[]): Member | undefined => {
    const assignment = assignmentOf(member);
    const owner = assignment.find(partition);
    const place = member.places[partition];
    if (owner === undefined || place === undefined || place.work !== null) return undefined;
    const from = Number(owner.position);
    const slice = records.slice(from, from + SLICE);
    if (slice.length === 0) return undefined;
    const nextOffset = owner.position + BigInt(slice.length);
    if (!owner.accept(owner.position, { records: [], nextOffset }) || owner.take() === undefined)
      return undefined;
    const work: Work = {
      from,
      records: slice,
      expected: place.expected ?? 0,
      resets: place.resets,
      tolerant: member.tolerant,
      responses: [],
      isDone: false,
    };
    const taken = withOwned(member, assignment);
    return { ...taken, places: put(taken.places, partition, { ...place, ...taken.places[partition], work }) };
  },
);

/** Completes and releases a slice; a slice of a revoked partition completes nothing. */
export const complete = memoize((member: Member, partition: number): Member => {
  const assignment = assignmentOf(member);
  const owner = assignment.find(partition);
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
  (member: Member, partition: Index, tolerant: boolean, expected: number): Member => {
    const done = withWork(member, partition, (work) => ({ ...work, isDone: true }));
    const place = done.places[partition];
    return place === undefined
      ? done
      : { ...done, tolerant, places: put(done.places, partition, { ...place, expected }) };
  },
);

function withWork(member: Member, partition: Index, change: (work: Work) => Work): Member {
  const place = member.places[partition];
  if (!place?.work) throw new Error(`no slice of partition ${partition} is in flight`);
  return { ...member, places: put(member.places, partition, { ...place, work: change(place.work) }) };
}

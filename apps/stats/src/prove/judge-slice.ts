import type { Database, Persist } from '@pipeline/db';
import {
  compareEvents,
  differencesOf,
  type EventFinding,
  hasTimeOf,
  readDeadLettersOf,
  type StoredDeadLetter,
} from '@pipeline/db/prove';
import type { KafkaRecord, LogSlice } from '@pipeline/kafka';
import type { Accept, Decode, EventDefinition } from '@pipeline/schema';
import { type Finding, placeOf, toStray } from './finding.ts';
import type { ProvenPartition } from './plan.ts';
import { RecordDigest } from './receipt/record-digest.ts';
import { Entries, type NewEntry } from './settle/entries.ts';
import { absenceToDetail, columnsToBits, type Kind } from './settle/entry.ts';
import { hashOfId, hashOfText, ID_WORDS, idOf, isSampled } from './settle/event-id.ts';
import { SliceEvents } from './slice-events.ts';
import { addTallies, type Tally } from './tally.ts';

/** What the records of a slice turned out to be; entries and rows are judged at the end of a proof. */
export interface Judged {
  readonly digest: RecordDigest;
  readonly tally: Tally;
  readonly findings: readonly Finding[];
  readonly entries: Entries;
  /** Records that are no events, and no dead letters: missing, unless their dead letters were purged. */
  readonly unreadableEvents: readonly string[];
  /** Dead letters at these offsets that are those of no record. */
  readonly strays: readonly Finding[];
}

export interface JudgeParts {
  readonly database: Database;
  readonly persist: Persist;
  readonly envelope: EventDefinition['envelope'];
  /** Accepts some of the events that `envelope` opens, at a fraction of the cost. */
  readonly accept: Accept;
  /** The present definition: whether it rejects an event that is not stored. */
  readonly decode: Decode;
  /** The share of event ids that is judged, above 0 up to 1. */
  readonly sample: number;
  /** The position of a purge's limit in a list that grows. */
  readonly limitOf: (before: bigint) => number;
}

/** Every record has been admitted by Kafka, and those that a consumer rejects as too large may be dead letters. */
const NO_LIMITS = { maxBytes: Number.POSITIVE_INFINITY, maxDepth: Number.POSITIVE_INFINITY };

/** A slice whose events are being compared. */
interface Sorted {
  readonly events: SliceEvents;
  readonly tally: { deadLetters: number; different: number; unsampled: number; noEvents: number };
  readonly findings: Finding[];
  readonly entries: Entries;
  readonly unreadableEvents: string[];
  readonly accounted: Set<StoredDeadLetter>;
}

/**
 * Sorts the records of a slice into events and dead letters, and compares the events with their rows.
 * @param index of the partition in the plan
 * @throws the driver's error
 */
export async function judgeSlice(
  parts: JudgeParts,
  partition: ProvenPartition,
  index: number,
  slice: LogSlice,
): Promise<Judged> {
  const { topic, partition: number } = partition;
  const { start, end, records, markers, aborted } = slice;
  const letters = await parts.persist(() =>
    readDeadLettersOf(parts.database, { topic, partition: number, start, end }),
  );
  const digest = new RecordDigest();
  for (const record of records) digest.add(record);
  const sorted = sortRecords(parts, partition, index, records, letters);
  const found = await parts.persist(() => compareEvents(parts.database, sorted.events.sent));
  addEvents(parts, partition, index, sorted, found);
  const strays = letters.filter((letter) => !sorted.accounted.has(letter));
  return {
    ...sorted,
    digest,
    tally: addTallies([sorted.tally, { markers, aborted }]),
    strays: strays.map((letter) => toStray(partition, letter)),
  };
}

function sortRecords(
  parts: JudgeParts,
  partition: ProvenPartition,
  index: number,
  records: readonly KafkaRecord[],
  letters: readonly StoredDeadLetter[],
): Sorted {
  const sorted: Sorted = {
    events: new SliceEvents(records.length),
    tally: { deadLetters: 0, different: 0, unsampled: 0, noEvents: 0 },
    findings: [],
    entries: new Entries(records.length),
    unreadableEvents: [],
    accounted: new Set(),
  };
  const byOffset = Map.groupBy(letters, ({ offset }) => String(offset));
  for (const record of records) {
    const near = byOffset.size === 0 ? undefined : byOffset.get(record.offset);
    const isTried = near === undefined && parts.sample >= 1;
    const event = isTried
      ? parts.accept(record.source ?? record.value, record.valueStart, record.valueEnd)
      : undefined;
    if (event !== undefined) sorted.events.pushAccepted(record, event);
    else sortRecord(parts, sorted, partition, index, record, near ?? []);
  }
  return sorted;
}

/** @param near the dead letters at its offset */
function sortRecord(
  { envelope, sample }: JudgeParts,
  sorted: Sorted,
  partition: ProvenPartition,
  index: number,
  record: KafkaRecord,
  near: readonly StoredDeadLetter[],
): void {
  const found = envelope.open(record, partition, NO_LIMITS);
  const eventId = found.ok ? found.event.event_id.toLowerCase() : null;
  const place = placeOf(partition, record.offset);
  const own = near.filter((letter) => isOfRecord(letter, record, partition));
  if (!isSampled(eventId === null ? hashOfText(place) : hashOfId(idOf(eventId), 0), sample)) {
    for (const letter of own) sorted.accounted.add(letter);
    sorted.tally.unsampled++;
  } else if (own.length > 0 && addDeadLetter(sorted, partition, index, record, own, eventId)) return;
  else if (found.ok) sorted.events.push(record, found, own[0]);
  else if (found.reason === null) sorted.tally.noEvents++;
  else if (own[0] !== undefined) addChanged(sorted, partition, record, own[0], null);
  else sorted.unreadableEvents.push(place);
}

/** Whether a dead letter can be that of a record: those of former topics are not. */
function isOfRecord(letter: StoredDeadLetter, record: KafkaRecord, { topicId }: ProvenPartition): boolean {
  return hasTimeOf(letter, record) && (letter.topicId ?? topicId) === (topicId ?? letter.topicId);
}

/**
 * Accounts for a dead letter. After a truncation one with another content may be that of a former record at this
 * offset, so the record is then compared with the events, too.
 */
function addDeadLetter(
  sorted: Sorted,
  partition: ProvenPartition,
  index: number,
  record: KafkaRecord,
  own: readonly StoredDeadLetter[],
  eventId: string | null,
): boolean {
  const same = own.find((letter) => differencesOf(letter, record).length === 0);
  const changed = same === undefined && partition.resets === 0 ? own[0] : undefined;
  if (same !== undefined) {
    sorted.accounted.add(same);
    sorted.tally.deadLetters++;
  }
  if (changed !== undefined) addChanged(sorted, partition, record, changed, eventId);
  if (same === undefined && changed === undefined) return false;
  if (eventId !== null) sorted.entries.push(idOf(eventId), 0, toEntry('deadLetter', index, record));
  return true;
}

function addChanged(
  { findings, accounted, tally }: Sorted,
  partition: ProvenPartition,
  record: KafkaRecord,
  letter: StoredDeadLetter,
  eventId: string | null,
): void {
  accounted.add(letter);
  tally.different++;
  const detail = `dead letter ${letter.id}: ${differencesOf(letter, record).join(', ')}`;
  findings.push({ kind: 'different', record: placeOf(partition, record.offset), eventId, detail });
}

/** Adds the events in the order of their offsets. */
function addEvents(
  parts: JudgeParts,
  partition: ProvenPartition,
  index: number,
  sorted: Sorted,
  found: readonly EventFinding[],
): void {
  const { events, entries } = sorted;
  const findings = new Map(found.map((finding) => [finding.index, finding]));
  for (const [at, record] of events.records.entries()) {
    const [finding, near] = [findings.get(at), events.near.get(at)];
    const isAbsent = finding?.kind === 'absent' || finding?.kind === 'refused';
    if (isAbsent && near !== undefined) addChanged(sorted, partition, record, near, events.idAt(at));
    else entries.push(events.ids, ID_WORDS * at, toEventEntry(parts, partition, index, record, finding));
  }
}

function toEventEntry(
  { decode, limitOf }: JudgeParts,
  partition: ProvenPartition,
  index: number,
  record: KafkaRecord,
  finding: EventFinding | undefined,
): NewEntry {
  if (finding === undefined) return toEntry('equal', index, record);
  const { kind, columns, purgedBefore } = finding;
  if (kind === 'unlike') return toEntry('unlike', index, record);
  if (kind === 'different') return toEntry('different', index, record, columnsToBits(columns));
  const limit = purgedBefore === null ? undefined : limitOf(purgedBefore);
  const isRejected = kind === 'refused' || !decode(record, partition).ok;
  return toEntry('absent', index, record, absenceToDetail({ limit, isRejected }));
}

function toEntry(kind: Kind, partition: number, { offset }: KafkaRecord, detail = 0): NewEntry {
  return { kind, partition, offset, detail };
}

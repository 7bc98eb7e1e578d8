import type { Database, Persist } from '@pipeline/db';
import {
  compareEvents,
  differencesOf,
  type EventFinding,
  hasTimeOf,
  readDeadLettersOf,
  type SentEvent,
  type StoredDeadLetter,
} from '@pipeline/db/prove';
import type { KafkaRecord, LogSlice } from '@pipeline/kafka';
import type { Decode, EventDefinition, Found } from '@pipeline/schema';
import { type Finding, placeOf } from './finding.ts';
import type { ProvenPartition } from './plan.ts';
import { RecordDigest } from './receipt/record-digest.ts';
import { absenceToDetail, columnsToBits, type Entry, type Kind } from './settle/entry.ts';
import { isSampled } from './settle/event-id-bytes.ts';
import { addTallies, type Tally } from './tally.ts';

/** What the records of a slice turned out to be; entries and rows are judged at the end of a proof. */
export interface Judged {
  readonly digest: RecordDigest;
  readonly tally: Tally;
  readonly findings: readonly Finding[];
  readonly entries: readonly (readonly [eventId: string, entry: Entry])[];
  /** Records that are no events, and no dead letters: missing, unless their dead letters were purged. */
  readonly unreadableEvents: readonly string[];
  /** Dead letters at these offsets that are those of no record. */
  readonly strays: readonly Finding[];
}

export interface JudgeParts {
  readonly database: Database;
  readonly persist: Persist;
  readonly envelope: EventDefinition['envelope'];
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
  readonly events: SentEvent[];
  readonly records: KafkaRecord[];
  readonly near: (StoredDeadLetter | undefined)[];
  readonly tally: { deadLetters: number; different: number; unsampled: number; noEvents: number };
  readonly findings: Finding[];
  readonly entries: (readonly [string, Entry])[];
  readonly unreadableEvents: string[];
  readonly accounted: Set<StoredDeadLetter>;
}

/**
 * Sorts the records of a slice into events and dead letters, and starts to compare the events with their rows.
 * @param index of the partition in the plan
 * @returns once the comparison has started; the result when it has ended
 * @throws the driver's error
 */
export async function judgeSlice(
  parts: JudgeParts,
  partition: ProvenPartition,
  index: number,
  slice: LogSlice,
): Promise<{ readonly result: Promise<Judged> }> {
  const { topic, partition: number } = partition;
  const range = { topic, partition: number, start: slice.start, end: slice.end };
  const letters = await parts.persist(() => readDeadLettersOf(parts.database, range));
  const digest = new RecordDigest();
  for (const record of slice.records) digest.add(record);
  const sorted = sortRecords(parts, partition, index, slice.records, letters);
  const comparing = parts.persist(() => compareEvents(parts.database, sorted.events));
  const result = comparing.then((found) => {
    addEvents(parts, partition, index, sorted, found);
    const strays = letters.filter((letter) => !sorted.accounted.has(letter));
    const { markers, aborted } = slice;
    return {
      ...sorted,
      digest,
      tally: addTallies([sorted.tally, { markers, aborted }]),
      strays: strays.map((letter) => toStray(partition, letter)),
    };
  });
  result.catch(() => {});
  return { result };
}

function sortRecords(
  { envelope, sample }: JudgeParts,
  partition: ProvenPartition,
  index: number,
  records: readonly KafkaRecord[],
  letters: readonly StoredDeadLetter[],
): Sorted {
  const sorted: Sorted = {
    events: [],
    records: [],
    near: [],
    tally: { deadLetters: 0, different: 0, unsampled: 0, noEvents: 0 },
    findings: [],
    entries: [],
    unreadableEvents: [],
    accounted: new Set(),
  };
  const byOffset = Map.groupBy(letters, ({ offset }) => String(offset));
  for (const record of records) {
    const found = envelope.open(record, partition, NO_LIMITS);
    const eventId = found.ok ? found.event.event_id.toLowerCase() : null;
    const place = () => placeOf(partition, record.offset);
    const own = byOffset.get(record.offset)?.filter((letter) => isOfRecord(letter, record, partition)) ?? [];
    if (sample < 1 && !isSampled(eventId ?? place(), sample)) {
      for (const letter of own) sorted.accounted.add(letter);
      sorted.tally.unsampled++;
    } else if (own.length > 0 && addDeadLetter(sorted, partition, index, record, own, eventId)) continue;
    else if (found.ok) addEvent(sorted, record, found, own[0]);
    else if (found.reason === null) sorted.tally.noEvents++;
    else if (own[0] !== undefined) addChanged(sorted, partition, record, own[0], null);
    else sorted.unreadableEvents.push(place());
  }
  return sorted;
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
  if (eventId !== null) sorted.entries.push([eventId, toEntry('deadLetter', index, record)]);
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

function addEvent(
  { events, records, near }: Sorted,
  record: KafkaRecord,
  { event, payloadJson, attributesJson }: Found,
  letter: StoredDeadLetter | undefined,
): void {
  const { event_id, event_type: eventType, event_time: eventTime, user_id: userId } = event;
  events.push({ eventId: event_id.toLowerCase(), eventType, eventTime, userId, payloadJson, attributesJson });
  records.push(record);
  near.push(letter);
}

/** Adds the events in the order of their offsets. */
function addEvents(
  parts: JudgeParts,
  partition: ProvenPartition,
  index: number,
  sorted: Sorted,
  found: readonly EventFinding[],
): void {
  const findings = new Map(found.map((finding) => [finding.index, finding]));
  for (const [at, { eventId }] of sorted.events.entries()) {
    const [record, finding, near] = [sorted.records[at] as KafkaRecord, findings.get(at), sorted.near[at]];
    const isAbsent = finding?.kind === 'absent' || finding?.kind === 'refused';
    if (isAbsent && near !== undefined) addChanged(sorted, partition, record, near, eventId);
    else sorted.entries.push([eventId, toEventEntry(parts, partition, index, record, finding)]);
  }
}

function toEventEntry(
  { decode, limitOf }: JudgeParts,
  partition: ProvenPartition,
  index: number,
  record: KafkaRecord,
  finding: EventFinding | undefined,
): Entry {
  if (finding === undefined) return toEntry('equal', index, record);
  const { kind, columns, purgedBefore } = finding;
  if (kind === 'unlike') return toEntry('unlike', index, record);
  if (kind === 'different') return toEntry('different', index, record, columnsToBits(columns));
  const limit = purgedBefore === null ? undefined : limitOf(purgedBefore);
  const isRejected = kind === 'refused' || !decode(record, partition).ok;
  return toEntry('absent', index, record, absenceToDetail({ limit, isRejected }));
}

function toEntry(kind: Kind, partition: number, { offset }: KafkaRecord, detail = 0): Entry {
  return { kind, partition, offset: BigInt(offset), detail };
}

function toStray(partition: ProvenPartition, { id, offset }: StoredDeadLetter): Finding {
  const record = placeOf(partition, offset);
  return { kind: 'unaccounted', record, eventId: null, detail: `dead letter ${id}` };
}

import type { Database } from '@pipeline/db';
import { fromDeadLetterRecord } from '@pipeline/kafka';
import { listViolations } from '../data/invariants.ts';
import {
  badPosition,
  CANARY,
  eventIdAt,
  eventPosition,
  type Planned,
  plannedAt,
  recordAt,
} from '../data/plan.ts';
import type { Certainty, Sent } from '../data/sent.ts';
import type { Pipeline } from '../servers/pipeline.ts';
import type { Load } from './load.ts';
import type { System } from './system.ts';

/** Number of positions to compare at a time. */
const STEP = 50_000;
const MAX_DIFFERENCES = 20;

/** What is compared of a drained system. */
type Drained = Pick<System, 'pipeline' | 'operator'> &
  Partial<Pick<System, 'unpublished'>> & { readonly load: Pick<Load, 'seed' | 'sent'> };

/**
 * Differences between the sent records and the state of a drained system: events and dead letters that are
 * lost, duplicated, changed or were never sent, in the tables and in the dead-letter topic. At most 20.
 */
export async function findDifferences({ pipeline, operator, load, unpublished }: Drained) {
  const expected = { seed: load.seed, sent: load.sent };
  const found = [
    await listViolations(operator),
    await compareEvents(operator, expected),
    await compareDeadLetters(operator, expected),
    await compareTopic(pipeline, expected, unpublished),
  ];
  return found.flat().slice(0, MAX_DIFFERENCES);
}

/** Log lines of the consumers that contain event data or the password. */
export function findLeaks({ fleet }: Pick<System, 'fleet'>): readonly string[] {
  const lines = fleet.logs().split('\n');
  return lines.filter((line) => line.includes(CANARY)).map((line) => `leaked: ${line.slice(0, 200)}`);
}

/** Warnings of truncated logs, if no log was. */
export function findFalseAlarms({ fleet, watch }: Pick<System, 'fleet' | 'watch'>): readonly string[] {
  const alarms = watch.mayTruncate ? [] : (fleet.logs().match(/the log of \S+ was truncated.*/g) ?? []);
  return alarms.map((line) => `false alarm: ${line}`);
}

interface Expected {
  readonly seed: number;
  readonly sent: Sent;
}

interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly user: string;
  readonly note: string;
}

async function compareEvents(database: Database, expected: Expected): Promise<readonly string[]> {
  const { seed, sent } = expected;
  const certainties = certaintyOfEvents(expected);
  const differences: string[] = [];
  let planned = 0;
  for (let from = 0; from < sent.end; from += STEP) {
    const to = Math.min(from + STEP, sent.end);
    const rows = await database.run(
      (sql) => sql<StoredEvent[]>`
        select event_id as id, event_type as type, user_id as "user", payload->>'note' as note from raw_events
        where event_id >= ${eventIdAt(seed, from)} and event_id < ${eventIdAt(seed, to)}`,
    );
    planned += rows.length;
    differences.push(...compareStep(expected, certainties, from, to, rows));
  }
  const [all] = await database.run((sql) => sql<{ n: number }[]>`select count(*)::int as n from raw_events`);
  if (all?.n !== planned) differences.push(`${(all?.n ?? 0) - planned} events were never sent`);
  return differences;
}

/** An event is acknowledged if any of its copies is: the original or a duplicate. */
function certaintyOfEvents({ seed, sent }: Expected): ReadonlyMap<number, Certainty> {
  const certainties = new Map<number, Certainty>();
  sent.forEach((position, certainty) => {
    const planned = plannedAt(seed, position);
    if (planned.kind === 'bad') return;
    const event = planned.kind === 'duplicate' ? planned.of : position;
    if (certainties.get(event) !== 'acknowledged') certainties.set(event, certainty);
  });
  return certainties;
}

function compareStep(
  { seed }: Expected,
  certainties: ReadonlyMap<number, Certainty>,
  from: number,
  to: number,
  rows: readonly StoredEvent[],
): readonly string[] {
  const found = new Map(rows.map((row) => [eventPosition(row.id), row]));
  const differences: string[] = [];
  for (let position = from; position < to; position++) {
    const row = found.get(position);
    if (row === undefined && certainties.get(position) === 'acknowledged')
      differences.push(`event ${position} is lost`);
    if (row !== undefined)
      differences.push(...compareEvent(plannedAt(seed, position), row, certainties.has(position)));
  }
  return differences;
}

function compareEvent(planned: Planned, row: StoredEvent, wasSent: boolean): readonly string[] {
  if (planned.kind !== 'event' || !wasSent) return [`event ${row.id} was never sent`];
  const { eventType, userId, note } = planned.event;
  const isSame = row.type === eventType && row.user === userId && row.note === note;
  return isSame ? [] : [`event ${row.id} was changed`];
}

interface DeadLetter {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly reason: string;
}

async function compareDeadLetters(database: Database, expected: Expected): Promise<readonly string[]> {
  const rows = await database.run((sql) => sql<DeadLetter[]>`select key, value, reason from dlq_events`);
  return compareWithBadRecords('dead letter', rows, expected);
}

async function compareTopic(
  pipeline: Pipeline,
  expected: Expected,
  unpublished?: ReadonlySet<number>,
): Promise<readonly string[]> {
  const records = await pipeline.readTopic(pipeline.dlqTopic);
  const deadLetters = records.map((record) => ({
    key: record.key,
    value: record.value,
    reason: fromDeadLetterRecord(record)?.origin.reason ?? 'none',
  }));
  return compareWithBadRecords('record in the dead-letter topic', deadLetters, expected, unpublished);
}

/**
 * Each invalid record must be present, byte for byte and with its reason, and no other record.
 * @param mayLack positions of those that may be missing
 */
function compareWithBadRecords(
  kind: string,
  deadLetters: readonly DeadLetter[],
  { seed, sent }: Expected,
  mayLack: ReadonlySet<number> = new Set(),
): readonly string[] {
  const differences: string[] = [];
  const found = new Set(mayLack);
  for (const deadLetter of deadLetters) {
    const position = badPosition(deadLetter.key);
    const planned = position === undefined ? undefined : plannedAt(seed, position);
    if (position === undefined || planned?.kind !== 'bad')
      differences.push(`${kind} for a valid event: ${deadLetter.key}`);
    else if (!isSameDeadLetter(deadLetter, planned.reason, recordAt(seed, position).value)) {
      differences.push(`${kind} ${position} was changed (${deadLetter.reason}, not ${planned.reason})`);
    } else found.add(position);
  }
  sent.forEach((position, certainty) => {
    const isDue = certainty === 'acknowledged' && plannedAt(seed, position).kind === 'bad';
    if (isDue && !found.has(position)) differences.push(`${kind} ${position} is lost`);
  });
  return differences;
}

function isSameDeadLetter(deadLetter: DeadLetter, reason: string, value: Buffer | null): boolean {
  const isSameValue =
    deadLetter.value === null || value === null ? deadLetter.value === value : deadLetter.value.equals(value);
  return isSameValue && deadLetter.reason === reason;
}

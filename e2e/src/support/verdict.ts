import type { Database } from '@pipeline/db';
import { fromDeadLetterRecord } from '@pipeline/kafka';
import { findViolations, noViolations } from './invariants.ts';
import type { Load } from './load.ts';
import type { Pipeline } from './pipeline.ts';
import { badPosition, CANARY, eventIdAt, eventPosition, type Planned, plannedAt, recordAt } from './plan.ts';
import type { Certainty, Sent } from './sent.ts';
import type { System } from './system.ts';

/** Positions are compared so many at a time. */
const STEP = 50_000;
const MOST = 20;

/**
 * What differs between what was sent and what is there, once nothing is under way: events and dead letters that are
 * lost, doubled, changed or were never sent, in the tables and in the dead-letter topic.
 */
export async function findDifferences({
  pipeline,
  operator,
  load,
}: Pick<System, 'pipeline' | 'operator'> & { readonly load: Pick<Load, 'seed' | 'sent'> }) {
  const expected = { seed: load.seed, sent: load.sent };
  const found = [
    await compareViolations(operator),
    await compareEvents(operator, expected),
    await compareDeadLetters(operator, expected),
    await compareTopic(pipeline, expected),
  ];
  return found.flat().slice(0, MOST);
}

/** Anything of an event, or the password, in what the consumers have said. */
export function findLeaks({ fleet }: Pick<System, 'fleet'>): readonly string[] {
  const lines = fleet.said().split('\n');
  return lines.filter((line) => line.includes(CANARY)).map((line) => `leaked: ${line.slice(0, 200)}`);
}

interface Expected {
  readonly seed: number;
  readonly sent: Sent;
}

async function compareViolations(database: Database): Promise<readonly string[]> {
  const violations = Object.entries(await findViolations(database));
  return violations
    .filter(([name, count]) => count !== noViolations[name as keyof typeof noViolations])
    .map(([name, count]) => `${name}: ${count}`);
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
  let known = 0;
  for (let from = 0; from < sent.end; from += STEP) {
    const to = Math.min(from + STEP, sent.end);
    const rows = await database.run(
      (sql) => sql<StoredEvent[]>`
        select event_id as id, event_type as type, user_id as "user", payload->>'note' as note from raw_events
        where event_id >= ${eventIdAt(seed, from)} and event_id < ${eventIdAt(seed, to)}`,
    );
    known += rows.length;
    differences.push(...compareStep(expected, certainties, from, to, rows));
  }
  const [all] = await database.run((sql) => sql<{ n: number }[]>`select count(*)::int as n from raw_events`);
  if (all?.n !== known) differences.push(`${(all?.n ?? 0) - known} events that were never sent`);
  return differences;
}

/** An event may be sent at its own position, and again at those of its duplicates. */
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

interface Letter {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly reason: string;
}

async function compareDeadLetters(database: Database, expected: Expected): Promise<readonly string[]> {
  const letters = await database.run((sql) => sql<Letter[]>`select key, value, reason from dlq_events`);
  return compareDeadLetterCounts('dead letter', letters, expected);
}

async function compareTopic(pipeline: Pipeline, expected: Expected): Promise<readonly string[]> {
  const records = await pipeline.readTopic(pipeline.dlqTopic);
  const letters = records.map((record) => ({
    key: record.key,
    value: record.value,
    reason: fromDeadLetterRecord(record)?.origin.reason ?? 'none',
  }));
  return compareDeadLetterCounts('record of the dead-letter topic', letters, expected);
}

/** Each bad record is there, byte for byte and with its reason, and nothing else is. */
function compareDeadLetterCounts(
  what: string,
  letters: readonly Letter[],
  { seed, sent }: Expected,
): readonly string[] {
  const differences: string[] = [];
  const found = new Set<number>();
  for (const letter of letters) {
    const position = badPosition(letter.key);
    const planned = position === undefined ? undefined : plannedAt(seed, position);
    if (position === undefined || planned?.kind !== 'bad')
      differences.push(`${what} of a good event: ${letter.key}`);
    else if (!isSameLetter(letter, planned.reason, recordAt(seed, position).value)) {
      differences.push(`${what} ${position} was changed (${letter.reason}, not ${planned.reason})`);
    } else found.add(position);
  }
  sent.forEach((position, certainty) => {
    const isDue = certainty === 'acknowledged' && plannedAt(seed, position).kind === 'bad';
    if (isDue && !found.has(position)) differences.push(`${what} ${position} is lost`);
  });
  return differences;
}

function isSameLetter(letter: Letter, reason: string, value: Buffer | null): boolean {
  const isSameValue =
    letter.value === null || value === null ? letter.value === value : letter.value.equals(value);
  return isSameValue && letter.reason === reason;
}

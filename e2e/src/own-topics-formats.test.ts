import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@pipeline/db';
import {
  type ExpectedEvent,
  type FormatRecord,
  type PublicFormat,
  publicFormats,
} from '@pipeline/schema/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDefinition } from './support/data/definition-file.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { runApp } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { openKafkaClient } from './support/servers/kafka-client.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-formats-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function expectAccounted(format: PublicFormat): Promise<void> {
  await using pipeline = await createPipeline();
  await publish(pipeline, format.records);
  const EVENTS = await writeDefinition(folder, format.name, envelopeOf(format));
  const environment = { ...pipeline.environment, EVENTS };
  const { events, reasons, skipped } = expectedOf(format);
  const checked = await runApp('consumer', ['check', '--from-topic', '100', '--json'], environment);
  expect(checked).toMatchObject({ code: reasons.length > 0 ? 3 : 0 });
  expect(summaryOf(JSON.parse(checked.stdout))).toEqual({
    records: format.records.length,
    types: countBy(events.map(({ event_type }) => event_type)),
    reasons: countBy(reasons),
    skipped,
  });
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  const sums = { stored: events.length, duplicates: 0, dead: reasons.length, skipped };
  expect(await sumLedgers(pipeline.database)).toEqual(sums);
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven({ environment })).toEqual([]);
  expect(await findDifferentRows(pipeline.database, events)).toEqual([]);
}

const name = '$name: records are accounted for, payloads are exact';
/** One format of each kind of envelope. */
const first = [
  'Stripe webhook',
  'CloudEvents, structured mode',
  'Debezium, Postgres',
  'Confluent JSON Schema',
];
const isFirst = (format: PublicFormat) => first.includes(format.name);

test.concurrent.each(publicFormats.filter(isFirst))(name, expectAccounted);
test.concurrent.each(publicFormats.filter((format) => !isFirst(format)))(
  name,
  { tags: 'long' },
  expectAccounted,
);

function envelopeOf({ envelope }: PublicFormat): string {
  const presets = {
    cloudevents: 'cloudEvents()',
    debezium: 'debezium()',
    'confluent-json': 'confluentJson()',
  };
  return typeof envelope === 'string' ? presets[envelope] : `fields(${JSON.stringify(envelope)})`;
}

/** Sends all records to one partition, with their own timestamps. */
async function publish({ environment, topic }: Pipeline, records: readonly FormatRecord[]): Promise<void> {
  const producer = openKafkaClient(environment).producer();
  await producer.connect();
  const messages = records.map(({ key, value, headers, timestamp }) => ({
    key: key && Buffer.from(key),
    value: value && Buffer.from(value),
    headers: Object.fromEntries(headers.map(([name, bytes]) => [name, Buffer.from(bytes)])),
    partition: 0,
    timestamp,
  }));
  await producer.send({ topic, messages });
  await producer.disconnect();
}

function expectedOf({ records }: PublicFormat) {
  const outcomes = records.map(({ expected }) => expected);
  return {
    events: outcomes.filter((one) => typeof one === 'object'),
    reasons: outcomes.filter((one) => typeof one === 'string' && one !== 'skipped').map(String),
    skipped: outcomes.filter((one) => one === 'skipped').length,
  };
}

interface Report {
  readonly records: number;
  readonly stored: readonly { readonly eventType: string; readonly count: number }[];
  readonly rejected: readonly { readonly reason: string; readonly count: number }[];
  readonly skipped: number;
}

function summaryOf({ records, stored, rejected, skipped }: Report) {
  const types = stored.flatMap(({ eventType, count }) => Array<string>(count).fill(eventType));
  const reasons = rejected.flatMap(({ reason, count }) => Array<string>(count).fill(reason));
  return { records, types: countBy(types), reasons: countBy(reasons), skipped };
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(names, (name) => name);
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.length]));
}

/** Rows that are missing, and rows that are not expected; payloads are compared as jsonb, with their digits. */
function findDifferentRows(database: Database, events: readonly ExpectedEvent[]): Promise<readonly object[]> {
  return database.run(
    (sql) => sql<object[]>`
      with expected as (
        select event->>'event_type' as type, (event->>'event_time')::timestamptz as time,
               event->>'user_id' as "user", (event->>'payloadJson')::jsonb::text as payload
        from json_array_elements(${JSON.stringify(events)}::text::json) as event
      ), stored as (
        select event_type as type, event_time as time, user_id as "user", payload::text from raw_events
      )
      (select 'missing' as problem, * from (table expected except all table stored) as missing)
      union all
      (select 'not expected', * from (table stored except all table expected) as more)`,
  );
}

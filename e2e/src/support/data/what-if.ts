import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@pipeline/db';
import type { OutgoingRecord } from '@pipeline/kafka';
import { type Environment, type Program, runApp } from '../programs/programs.ts';
import { waitForLog } from '../programs/wait.ts';
import type { Pipeline } from '../servers/pipeline.ts';
import { createEvent, jsonRecord } from './events.ts';

/** What `consumer replay --dry-run --events` prints about a definition. */
interface Predicted {
  readonly stored: readonly { readonly eventType: string; readonly count: number }[];
  readonly duplicates: number;
  readonly rejected: readonly {
    readonly reason: string;
    readonly eventType: string | null;
    readonly path: string;
    readonly message: string;
    readonly count: number;
  }[];
  readonly skipped: number;
}

/** The report of a comparison. */
export interface Comparison {
  readonly present: Predicted;
  readonly candidate: Predicted;
  readonly differences: readonly {
    readonly present: Readonly<Record<string, string | null>>;
    readonly candidate: Readonly<Record<string, string | null>>;
    readonly columns: readonly string[];
    readonly count: number;
    readonly examples: readonly string[];
  }[];
  readonly unlisted: number;
}

/** Writes a candidate: search queries need 6 characters, signup is gone, teleport is new. @returns its path */
export async function writeCandidate(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'candidate-'));
  const path = join(folder, 'candidate.ts');
  await writeFile(
    path,
    `import { defineEvents, eventType, Type } from '@pipeline/schema';
const open = (members) => Type.Object(members, { additionalProperties: true });
export default defineEvents({ types: [
  eventType('page_view', open({ path: Type.String() })),
  eventType('search', open({ query: Type.String({ minLength: 6 }) })),
  eventType('add_to_cart', open({ product_id: Type.String(), price: Type.Number({ maximum: 50 }) })),
  eventType('purchase', open({ order_id: Type.String() })),
  eventType('teleport', open({})),
] });
`,
  );
  return path;
}

/** JSON Schemas of payloads by the names of their types. */
export type Schemas = Readonly<Record<string, unknown>>;

/** Writes a candidate as a folder of JSON Schemas. @returns its path */
export async function writeSchemas(schemas: Schemas): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'candidate-'));
  for (const [name, schema] of Object.entries(schemas))
    await writeFile(join(folder, `${name}.json`), JSON.stringify(schema));
  return folder;
}

/** Events and other records, in partitions 0 and 1: those of 1,000 bytes or of 6 levels are over a limit of the test. */
export function createOddRecords(): readonly OutgoingRecord[] {
  const search = (query: string, change = {}) =>
    createEvent({ event_type: 'search', payload: { query }, ...change });
  const twice = search('shoes and more');
  const values: readonly unknown[] = [
    ...[search('shoes'), search('long enough'), twice, twice, search('null \0 in it'), createEvent()],
    ...[search('x'.repeat(1_000)), search('deep', { payload: { query: 'deeper', deep: [[[[[[[]]]]]]] } })],
    ...[
      createEvent({ event_type: 'teleport', payload: {} }),
      createEvent({ event_type: 'unheard_of', payload: {} }),
    ],
    ...[createEvent({ event_type: 'teleport', payload: { deep: '\0' } }), { event_id: 7 }],
  ];
  const records = values.map((value, index) => jsonRecord(value, { partition: index % 2 }));
  return [
    ...records,
    { key: null, value: Buffer.from('{'), partition: 0 },
    { key: null, value: null, partition: 1 },
  ];
}

/** Whether Postgres can name the JSON that it cannot store: from version 16 on. */
export async function namesRefused(database: Database): Promise<boolean> {
  const [server] = await database.run<{ readonly known: boolean }>(
    (sql) => sql`select to_regproc('pg_input_error_info') is not null as known`,
  );
  return server?.known === true;
}

/** Compares a candidate with the definition of a stats page, by its API. */
export async function postWhatIf(
  page: Program,
  request: { readonly hours: number; readonly schemas: Schemas },
) {
  await waitForLog(page, /stats page http/);
  const url = /stats page (http:\/\/127\.0\.0\.1:\d+)/.exec(page.stderr())?.[1];
  const response = await fetch(`${url}/api/what-if`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const answer: Comparison & { readonly isComplete: boolean } = JSON.parse(await response.text());
  if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Compares a candidate with the present definition, by default the built-in one. */
export async function compareWith(
  environment: Environment,
  path: string,
): Promise<Comparison & { readonly isInterrupted: boolean }> {
  const args = ['replay', '--from', '0', '--rate', '0', '--dry-run', '--events', path, '--json'];
  const { code, stdout, stderr } = await runApp('consumer', args, environment);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What has become of a record: the type of its event or the reason of its dead letter, by its coordinates. */
export type Fates = ReadonlyMap<string, string>;

/**
 * What a deployed definition has made of the records of a pipeline. Dead letters have coordinates; the others are
 * only counted, by type.
 */
export async function readOutcome(database: Database): Promise<Predicted & { readonly fates: Fates }> {
  const stored = await database.run(
    (sql) => sql<Predicted['stored'][number][]>`
      select event_type as "eventType", count(*)::int as count from pipeline.raw_events group by 1 order by 2 desc, 1`,
  );
  const dead = await database.run(
    (sql) => sql<{ place: string; reason: string; eventType: string | null; detail: string }[]>`
      select source_topic || ':' || source_partition || ':' || source_offset as place, reason,
             event_type as "eventType", detail from pipeline.dlq_events`,
  );
  const [sums] = await database.run(
    (sql) => sql<{ duplicates: number; skipped: number }[]>`
      select sum(duplicates)::int as duplicates, sum(skipped)::int as skipped from pipeline.ingest_progress`,
  );
  const groups = Map.groupBy(dead, ({ reason, eventType, detail }) =>
    JSON.stringify([reason, eventType, detail]),
  );
  const rejected = [...groups].map(([key, rows]) => {
    const [reason, eventType, detail] = JSON.parse(key);
    return { reason, eventType, path: '', message: detail, count: rows.length };
  });
  return {
    ...{ stored, rejected, duplicates: sums?.duplicates ?? 0, skipped: sums?.skipped ?? 0 },
    fates: new Map(dead.map(({ place, ...one }) => [place, toKey(one)])),
  };
}

const toKey = ({ reason, eventType, detail }: Readonly<Record<string, string | null>>) =>
  JSON.stringify([reason, eventType, detail]);

/** A prediction in the form of `readOutcome`: path and message are one text there. */
export function comparable({ stored, rejected, duplicates, skipped }: Predicted) {
  const byText = (a: string, b: string) => (a < b ? -1 : 1);
  return {
    stored: stored.map(({ eventType, count }) => `${eventType} ${count}`).sort(byText),
    rejected: rejected
      .map(
        ({ path, message, count, ...one }) =>
          `${toKey({ ...one, detail: detailOf(path, message) })} ${count}`,
      )
      .sort(byText),
    ...{ duplicates, skipped },
  };
}

const detailOf = (path: string, message: string) => (path === '' ? message : `${path} ${message}`);

/** Records that become dead letters by either definition and not for the same reason, counted by both reasons. */
export function countDifferences(present: Fates, candidate: Fates): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const place of new Set([...present.keys(), ...candidate.keys()])) {
    const pair = `${present.get(place) ?? 'event'} -> ${candidate.get(place) ?? 'event'}`;
    if (present.get(place) !== candidate.get(place)) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

/** The differences of a comparison in the form of `countDifferences`. */
export function predictedDifferences({ differences }: Comparison): ReadonlyMap<string, number> {
  const fateOf = (verdict: Readonly<Record<string, string | null>>) =>
    verdict['outcome'] === 'rejected'
      ? toKey({
          ...{ reason: verdict['reason'] ?? '', eventType: verdict['eventType'] ?? null },
          detail: detailOf(verdict['path'] ?? '', verdict['message'] ?? ''),
        })
      : 'event';
  const counts = new Map<string, number>();
  for (const { present, candidate, count } of differences) {
    const pair = `${fateOf(present)} -> ${fateOf(candidate)}`;
    counts.set(pair, (counts.get(pair) ?? 0) + count);
  }
  return counts;
}

/** The examples of a comparison whose records have other fates than predicted. */
export function wrongExamples(comparison: Comparison, present: Fates, candidate: Fates): readonly string[] {
  return comparison.differences.flatMap((difference) => {
    const [pair = ''] = predictedDifferences({ ...comparison, differences: [difference] }).keys();
    return difference.examples.filter(
      (place) => `${present.get(place) ?? 'event'} -> ${candidate.get(place) ?? 'event'}` !== pair,
    );
  });
}

/** Deploys a definition on the topic of a pipeline, with a group and tables of its own, and drains it. */
export async function deploy(
  { environment }: Pipeline,
  databaseUrl: string,
  definition: Environment,
): Promise<void> {
  const own = { DATABASE_URL: databaseUrl, KAFKA_GROUP_ID: `deployed-${crypto.randomUUID()}` };
  const { code, stderr } = await runApp('consumer', ['--once'], {
    ...environment,
    ...own,
    ...{ DLQ_LIMIT_RATIO: '0' },
    ...definition,
  });
  if (code !== 0) throw new Error(stderr);
}

/** Records whose headers have other types, times and users than their values, or the same, and other members. */
export function createMappedRecords(): readonly OutgoingRecord[] {
  return Array.from({ length: 32 }, (_, index) => {
    const [hasType, hasTime, hasUser, hasZone, hasNote] = [1, 2, 4, 8, 16].map((bit) => (index & bit) > 0);
    const event = {
      ...createEvent(),
      event_time: '2026-11-24T09:30:00Z',
      ...(hasNote ? { note: 'new' } : {}),
    };
    const [time, zone] = [
      hasTime ? '2026-11-24T09:30:00.001' : '2026-11-24T09:30:00',
      hasZone ? '+00:00' : 'Z',
    ];
    const headers = {
      type: hasType ? 'other' : 'page_view',
      time: `${time}${zone}`,
      user: hasUser ? 'you' : 'user-1',
    };
    return jsonRecord(event, { headers, partition: 0 });
  });
}

/** The columns that a comparison names for each of `count` records of partition 0, all of which are examples. */
export function predictedColumns({ differences }: Comparison, count: number): readonly (readonly string[])[] {
  const columnsAt = new Map(
    differences.flatMap(({ columns, examples }) => examples.map((place) => [place.split(':')[2], columns])),
  );
  return Array.from({ length: count }, (_, offset) => columnsAt.get(String(offset)) ?? []);
}

/** The columns in which the rows of two deployments differ, by the id of the event. */
export async function differingColumns(present: Database, candidate: Database) {
  const [before, after] = [await readRows(present), await readRows(candidate)];
  const columnsOf = (id: string) =>
    Object.entries(before.get(id) ?? {})
      .filter(([column, value]) => after.get(id)?.[column] !== value)
      .map(([column]) => column);
  return new Map([...before.keys()].map((id) => [id, columnsOf(id)]));
}

async function readRows(
  database: Database,
): Promise<ReadonlyMap<string, Readonly<Record<string, string | null>>>> {
  const rows = await database.run<{ event_id: string }>(
    (sql) => sql`
      select event_id::text, event_type, event_time::text, user_id, payload::text, attributes::text
      from pipeline.raw_events`,
  );
  return new Map(rows.map((row) => [row.event_id, { ...row }]));
}

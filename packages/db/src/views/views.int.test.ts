import { defineEvents, deriveViews, type EventView, eventType, fields, Type } from '@pipeline/schema';
import { anyJsonText } from '@pipeline/schema/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { comparable, expectedColumn, memberOf, parseExactly } from '../testing/expected-column.ts';
import { createFreshDatabase, type FreshDatabase } from '../testing/fresh-database.ts';
import { migrateViews } from './migrate-views.ts';
import { quoteName } from './quote.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const TYPES = 40;
const ROWS = 30;

let fresh: FreshDatabase;
const run = (text: string) => fresh.database.run((sql) => sql.unsafe(text));

beforeAll(async () => {
  console.info(`SEED=${seed}`);
  fresh = await createFreshDatabase(inject('postgresUrl'));
});
afterAll(() => fresh[Symbol.asyncDispose]());

const leaf = fc.constantFrom<object>(
  { type: 'string' },
  { type: ['string', 'null'], description: "it's \\ a pipeline.raw_events" },
  { type: 'string', format: 'date-time' },
  { type: 'integer' },
  { type: 'number' },
  { type: 'boolean' },
  { type: 'array' },
  { enum: ['a', 1] },
  { const: 7 },
  {},
);

const memberSchema = fc.oneof(
  leaf,
  fc.array(leaf, { minLength: 1, maxLength: 2 }).map((anyOf) => ({ anyOf })),
  fc.array(leaf, { minLength: 1, maxLength: 2 }).map((allOf) => ({ allOf })),
);

/** Names that are hard to quote, keywords, and columns of raw_events. */
const memberName = fc.oneof(
  fc.constantFrom(
    'a',
    'A',
    'select',
    'payload',
    'ctid',
    '0',
    "'",
    '"',
    'a\\b',
    '%s',
    'the pipeline.x',
    'é😀',
    '__proto__',
  ),
  fc
    .string({ unit: 'grapheme', minLength: 2, maxLength: 4 })
    .filter((name) => !/[\0\ud800-\udfff]/.test(name)),
);

const payloadSchema = fc
  .dictionary(memberName, memberSchema, { maxKeys: 6 })
  .map((properties) => ({ properties }));

const oddValue = fc.constantFrom(
  ...[
    '0',
    '-0',
    '1.0',
    '1e3',
    '10e-1',
    '1.5',
    '1e40',
    '1e-400',
    '1e131071',
    '1e-16383',
    'true',
    'null',
    '[]',
    '{}',
  ],
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809', '9.3e18'],
  ...['2026-11-24T09:30:12.3456789Z', '2026-11-24t09:30:12+15:59', '0001-01-01T00:00:00+14:00'].map(
    quoteJson,
  ),
  ...['9999-12-31T23:59:59.9999999-15:59', '2024-02-29T00:00:00Z', '2100-02-29T00:00:00Z'].map(quoteJson),
  ...['2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z', '2026-11-24T23:59:60Z', '2026-11-24T24:00:00Z'].map(
    quoteJson,
  ),
  ...['2026-11-24T09:30:12+16:00', '2026-11-24T09:30:12', '2026-11-24', 'infinity', 'now', '1', ''].map(
    quoteJson,
  ),
  ...[`2026-11-24T09:30:12.${'1'.repeat(200)}Z`, '2026-11-24T09:30:12Z\n', 'x'.repeat(9_000)].map(quoteJson),
);

function quoteJson(text: string): string {
  return JSON.stringify(text);
}

/** The payload of a stored row: anything, because it may have been stored before its type had a schema. */
function payloadOf(names: readonly string[]) {
  const value = fc.oneof({ weight: 3, arbitrary: oddValue }, anyJsonText);
  const member = fc.tuple(fc.constantFrom(...names, 'other'), value);
  const object = fc
    .array(member, { maxLength: 8 })
    .map((members) => `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`);
  return fc.oneof({ weight: 9, arbitrary: object }, anyJsonText);
}

/** Stores a row unless jsonb cannot hold its payload. */
async function store(type: string, payload: string, id: string): Promise<boolean> {
  try {
    await fresh.database.run(
      (sql) => sql`insert into pipeline.raw_events (event_id, event_type, event_time, user_id, payload)
        values (${id}, ${type}, now(), 'user-1', ${payload}::text::jsonb)`,
    );
    return true;
  } catch {
    return false;
  }
}

/** All columns of a view as text by event id; times as microseconds since 1970. */
async function readTexts({
  name,
  columns,
}: EventView): Promise<ReadonlyMap<string, readonly (string | null)[]>> {
  const texts = columns.map(({ name: column, type }) => {
    const value = quoteName(column);
    return type === 'timestamptz' ? `trunc(extract(epoch from ${value}) * 1000000)::text` : `${value}::text`;
  });
  const rows = await run(
    `select event_id::text as id, json_build_array(${texts.join()}) as texts from ${quoteName(name)}`,
  );
  return new Map(rows.map(({ id, texts: all }) => [id, all]));
}

test('every stored row can be selected, and each column is what its member allows', async () => {
  const schemas = fc.sample(payloadSchema, { seed, numRuns: TYPES });
  const types = schemas.map((schema, at) =>
    eventType(`type ${at}`, Type.Unsafe(schema), { validate: () => undefined }),
  );
  const views = deriveViews(defineEvents({ envelope: fields({ type: '/t' }), types }));
  expect(await migrateViews(fresh.settings, views)).toEqual(views.map(({ name }) => name));
  for (const view of views) {
    const names = view.columns.flatMap(({ member }) => member ?? []);
    const payloads = fc.sample(payloadOf(names), { seed, numRuns: ROWS });
    const stored = new Map<string, string>();
    for (const payload of payloads) {
      const id = crypto.randomUUID();
      if (await store(view.eventType, payload, id)) stored.set(id, payload);
    }
    const rows = await readTexts(view);
    expect([...rows.keys()].sort()).toEqual([...stored.keys()].sort());
    for (const [id, payload] of stored) expectColumns(view, payload, rows.get(id) ?? []);
  }
});

function expectColumns({ columns }: EventView, payload: string, texts: readonly (string | null)[]): void {
  const parsed = parseExactly(payload);
  columns.forEach(({ name, type, member }, at) => {
    if (member === null) return;
    const value = memberOf(parsed, member);
    const found = comparable(type, value, texts[at] ?? null);
    expect(found, `${name} ${type} of ${payload.slice(0, 300)}`).toBe(expectedColumn(type, value));
  });
}

import { createHash } from 'node:crypto';
import { fromDeadLetterRecord } from '@pipeline/kafka';
import { deriveViews, shopEvents } from '@pipeline/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { generateInput, knownInput, type Sent } from './support/data/raw-input.ts';
import { findStoredDifferently } from './support/data/stored.ts';
import { type Ended, runApp } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const GENERATED = 500;
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

let pipeline: Pipeline;
let good: readonly Sent[];
let bad: readonly Sent[];
let ended: Ended;

beforeAll(async () => {
  console.info(`SEED=${seed}`);
  pipeline = await createPipeline();
  const sent = [...knownInput(), ...(await generateInput(pipeline.database, seed, GENERATED))];
  good = sent.filter(({ expected }) => expected === 'accepted');
  bad = sent.filter(({ expected }) => expected !== 'accepted');
  await pipeline.publish(sent.map(({ record }) => record));
  ended = await runApp('consumer', ['--once'], pipeline.environment);
});

afterAll(() => pipeline[Symbol.asyncDispose]());

test('every record is accounted for and the consumer exits with 0', async () => {
  expect(ended).toMatchObject({ code: 0, stdout: '' });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  expect(await findUnproven(pipeline)).toEqual([]);
  const sums = { stored: good.length, duplicates: 0, dead: bad.length, skipped: 0 };
  expect(await sumLedgers(pipeline.database)).toEqual(sums);
  for (const { committed, logEnd } of await pipeline.offsets()) expect(committed ?? 0n).toBe(logEnd);
});

test('every valid event is stored exactly as sent', async () => {
  expect(await findStoredDifferently(pipeline.database, good)).toEqual([]);
});

test('every stored row can be selected through its view', async () => {
  expect(await runApp('consumer', ['migrate'], pipeline.environment)).toMatchObject({ code: 0 });
  const run = (text: string) => pipeline.database.run((sql) => sql.unsafe(text));
  const counts = deriveViews(shopEvents).map(async ({ name, eventType }) => {
    const rows = await run(`select * from ${name}`);
    const stored = await run(`select from raw_events where event_type = '${eventType}'`);
    expect(rows.length).toBe(stored.length);
    return rows.length;
  });
  const all = await Promise.all(counts);
  expect(all.reduce((sum, count) => sum + count)).toBe(good.length);
  expect(Math.min(...all)).toBeGreaterThan(0);
});

interface DeadLetter {
  readonly name: string;
  readonly reason: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** A short text with digests, so that differences are readable. */
function describeDeadLetter({ name, reason, key, value }: DeadLetter): string {
  const digest = (bytes: Buffer | null) =>
    bytes && `${bytes.length}:${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
  return `${reason} ${name}: key ${digest(key)}, value ${digest(value)}`;
}

const expectedDeadLetters = () =>
  bad.map(({ name, expected, record }) => ({ ...record, name, reason: expected }));

test('every invalid record is in the table once, byte for byte, with its reason', async () => {
  const rows = await pipeline.database.run(
    (sql) => sql<DeadLetter[]>`select headers->>'case' as name, reason, key, value from dlq_events`,
  );
  expect(rows.map(describeDeadLetter).sort()).toEqual(expectedDeadLetters().map(describeDeadLetter).sort());
  const headers = await pipeline.database.run(
    (sql) => sql`select distinct headers - 'case' - 'dlq.header_order' as others from dlq_events`,
  );
  expect(headers).toEqual([{ others: { bytes: { base64: 'AP8=' }, constructor: 'x', none: null } }]);
});

/** Ignores the value if it is too large, because the topic then has a truncated copy. */
function describeCopy(deadLetter: DeadLetter): string {
  return describeDeadLetter(deadLetter.reason === 'too_large' ? { ...deadLetter, value: null } : deadLetter);
}

test('every invalid record is in the topic, byte for byte, with its reason', async () => {
  const copies: DeadLetter[] = [];
  for (const record of await pipeline.readTopic(pipeline.dlqTopic)) {
    const deadLetter = fromDeadLetterRecord(record);
    const { case: name, ...others } = Object.fromEntries(deadLetter?.headers ?? []);
    const { key, value } = record;
    copies.push({ name: String(name), reason: deadLetter?.origin.reason ?? 'none', key, value });
    expect(others).toEqual({ bytes: Buffer.from([0, 255]), constructor: Buffer.from('x'), none: null });
  }
  expect(copies.map(describeCopy).sort()).toEqual(expectedDeadLetters().map(describeCopy).sort());
});

test('no log line or error message contains record data', async () => {
  const details = await pipeline.database.run(
    (sql) => sql<{ detail: string }[]>`select distinct detail from dlq_events`,
  );
  const output = [ended.stderr, ...details.map(({ detail }) => detail)].join('\n');
  const sentTexts = [
    'drop table',
    '<script',
    'cmd(',
    'teleport',
    'page_view',
    'user-42',
    'e131072',
    '\u001b[',
    '\0',
  ];
  expect(sentTexts.filter((text) => output.includes(text))).toEqual([]);
});

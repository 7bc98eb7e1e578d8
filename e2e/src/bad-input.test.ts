import { createHash } from 'node:crypto';
import { fromDeadLetterRecord } from '@pipeline/kafka';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findViolations, noViolations } from './support/invariants.ts';
import { createPipeline, type Pipeline } from './support/pipeline.ts';
import { type Ended, runApp } from './support/programs.ts';
import { generateInput, knownInput, type Sent } from './support/raw-input.ts';
import { findStoredDifferently } from './support/stored.ts';

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

test('every record is accounted for, and the consumer ends well', async () => {
  expect(ended).toMatchObject({ code: 0, stdout: '' });
  expect(await findViolations(pipeline.database)).toEqual(noViolations);
  const [sums] = await pipeline.database.run(
    (sql) => sql`
      select sum(stored)::int as stored, sum(duplicates)::int as duplicates, sum(dead_lettered)::int as dead,
             sum(skipped)::int as skipped from ingest_progress`,
  );
  expect(sums).toEqual({ stored: good.length, duplicates: 0, dead: bad.length, skipped: 0 });
  for (const { committed, logEnd } of await pipeline.offsets()) expect(committed ?? 0n).toBe(logEnd);
});

test('every good event is stored as it was sent', async () => {
  expect(await findStoredDifferently(pipeline.database, good)).toEqual([]);
});

interface Letter {
  readonly name: string;
  readonly reason: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** The bytes as a short text, so that a difference can be read. */
function describeLetter({ name, reason, key, value }: Letter): string {
  const digest = (bytes: Buffer | null) =>
    bytes && `${bytes.length}:${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
  return `${reason} ${name}: key ${digest(key)}, value ${digest(value)}`;
}

const sentLetters = () => bad.map(({ name, expected, record }) => ({ ...record, name, reason: expected }));

test('every bad record is in the table once, byte for byte, with its reason', async () => {
  const letters = await pipeline.database.run(
    (sql) => sql<Letter[]>`select headers->>'case' as name, reason, key, value from dlq_events`,
  );
  expect(letters.map(describeLetter).sort()).toEqual(sentLetters().map(describeLetter).sort());
  const headers = await pipeline.database.run(
    (sql) => sql`select distinct headers - 'case' as others from dlq_events`,
  );
  expect(headers).toEqual([{ others: { bytes: { base64: 'AP8=' }, constructor: 'x', none: null } }]);
});

/** A copy in the topic of what is too large is cut. */
function describeCopy(letter: Letter): string {
  return describeLetter(letter.reason === 'too_large' ? { ...letter, value: null } : letter);
}

test('every bad record is in the topic, byte for byte, with its reason', async () => {
  const copies: Letter[] = [];
  for (const record of await pipeline.readTopic(pipeline.dlqTopic)) {
    const letter = fromDeadLetterRecord(record);
    const { case: name, ...others } = letter?.headers ?? {};
    const { key, value } = record;
    copies.push({ name: String(name), reason: letter?.origin.reason ?? 'none', key, value });
    expect(others).toEqual({ bytes: Buffer.from([0, 255]), constructor: Buffer.from('x'), none: null });
  }
  expect(copies.map(describeCopy).sort()).toEqual(sentLetters().map(describeCopy).sort());
});

test('nothing of a record reaches a message or a log', async () => {
  const details = await pipeline.database.run(
    (sql) => sql<{ detail: string }[]>`select distinct detail from dlq_events`,
  );
  const said = [ended.stderr, ...details.map(({ detail }) => detail)].join('\n');
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
  expect(sentTexts.filter((text) => said.includes(text))).toEqual([]);
});

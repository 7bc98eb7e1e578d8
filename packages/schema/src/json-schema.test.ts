import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { Validator } from '@cfworker/json-schema';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { decodeEvent } from './decode.ts';
import { eventTypes } from './registry.ts';
import { corpus } from './testing/corpus.ts';
import { createRandom } from './testing/create-random.ts';
import { toBytes } from './testing/event-text.ts';
import { mixedEvents } from './testing/mixed-events.ts';

/** The committed file, as other programs use it with their own validators. */
const schemas = join(import.meta.dirname, '../schemas');
const file = join(schemas, 'event.json');
const published = JSON.parse(readFileSync(file, 'utf8'));

/**
 * Rules that JSON Schema cannot express: valid JSON and UTF-8, the maximum size, and the nesting depth, which
 * includes overridden duplicate members.
 */
const unjudged = /^(empty|too_large|not_utf8|not_json)$/;
const ofCorpus = corpus
  .filter(({ name, expected }) => !unjudged.test(expected) && !/levels|depth in a repeated member/.test(name))
  .map(({ bytes }) => new TextDecoder().decode(bytes ?? undefined));

const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const generated = Array.from(mixedEvents(createRandom(seed)).take(30_000));
const texts = [...ofCorpus, ...generated];
const accepted = texts.map((text) => decodeEvent(toBytes(text)).ok);

const options = { strict: true, strictNumbers: false };
const validators: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ['Ajv by draft-07', new Ajv(options).compile(published)],
  ['Ajv by 2020-12', new Ajv2020(options).compile(published)],
  ['@cfworker/json-schema', judgeWithCfworker()],
];

/** 30,000 validations take seconds, and longer on a busy machine. */
const JUDGE_MS = 60_000;

test('the cases include valid and invalid events', () => {
  const right = accepted.filter(Boolean).length;
  expect(Math.min(right, accepted.length - right)).toBeGreaterThan(6_000);
});

test.each(validators)(
  'the published schema in %s agrees with decodeEvent',
  (_, isEvent) => {
    const differing = texts.filter((text, index) => isEvent(JSON.parse(text)) !== accepted[index]);
    expect(differing.slice(0, 5).map(shorten), `SEED=${seed}`).toEqual([]);
  },
  JUDGE_MS,
);

const script = join(import.meta.dirname, '../../../examples/python/validate.py');
const typeFiles = Object.keys(eventTypes).map((name) => join(schemas, `${name}.json`));

/** Python is not a prerequisite of this repository. */
const hasPython = (await runPython(['-c', 'import jsonschema'], '')).code === 0;

/**
 * Python is slow, most of all with a union of schemas, so most events are validated against the schema of
 * their type only.
 */
test.runIf(hasPython).each([
  ['event.json', [file], 1_000],
  ['the files of the types', [file, ...typeFiles], 5_000],
])(
  "%s in Python's jsonschema agrees with decodeEvent",
  async (_, files, count) => {
    // A line feed in JSON is always insignificant white space.
    const lines = texts.slice(0, count).map((text) => `${text.replaceAll(/[\r\n]/g, ' ')}\n`);
    const { stdout } = await runPython([script, ...files], lines.join(''));
    const verdicts = stdout.trimEnd().split('\n');
    expect(verdicts.length).toBe(count);
    const differing = lines.filter((_, index) => (verdicts[index] === 'valid') !== accepted[index]);
    expect(differing.slice(0, 5).map(shorten), `SEED=${seed}`).toEqual([]);
  },
  120_000,
);

test.runIf(hasPython)('the Python script rejects the same malformed JSON as decodeEvent', async () => {
  const cases = corpus.filter(({ bytes }) => bytes !== null && bytes.length > 0 && !bytes.includes(10));
  const unreadable = cases.filter(({ expected }) => /^not_(utf8|json)$/.test(expected));
  const lines = unreadable.map(({ bytes }) => Buffer.concat([bytes ?? Buffer.of(), Buffer.from('\n')]));
  const { stdout } = await runPython([script, file], Buffer.concat(lines));
  const verdicts = stdout.trimEnd().split('\n');
  expect(unreadable.length).toBeGreaterThan(30);
  expect(unreadable.filter((_, index) => verdicts[index] === 'valid').map(({ name }) => name)).toEqual([]);
});

function shorten(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

function judgeWithCfworker(): (value: unknown) => boolean {
  const validator = new Validator(published, '2020-12');
  return (value) => validator.validate(value).valid;
}

async function runPython(args: readonly string[], input: string | Buffer) {
  const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const failed = once(child, 'error').then(() => ({ code: 1, stdout: '' }));
  child.stdin.on('error', () => {}).end(input);
  const ended = Promise.all([once(child, 'close'), readText(child.stdout)]);
  return Promise.race([failed, ended.then(([[code], stdout]) => ({ code: Number(code), stdout }))]);
}

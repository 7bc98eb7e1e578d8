import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDecoder,
  defineEvents,
  type EventDefinition,
  eventType,
  fields,
  shopEvents,
  Type,
} from '@pipeline/schema';
import { afterAll, expect, test, vi } from 'vitest';
import { openInput, readRecords } from './from-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'from-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const never = new AbortController().signal;

async function* recordsOf(path: string, signal = never, definition: EventDefinition = shopEvents) {
  yield* readRecords(await openInput(path), path, signal, createDecoder(definition));
}

function fileOf(content: string): string {
  const path = join(folder, 'events.ndjson');
  writeFileSync(path, content);
  return path;
}

test('lines become records, byte for byte, with the event user as the key', async () => {
  const event =
    '{"event_id":"0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11","event_type":"search","event_time":"2026-11-24T09:30:12Z","user_id":"user-42","payload":{"query":""}}';
  const batches = await Array.fromAsync(recordsOf(fileOf(`\ufeff{}\r\n\n${event}`)));
  expect(batches.flat().map(({ key, value }) => [key && String(key), String(value)])).toEqual([
    [null, '\ufeff{}'],
    ['user-42', event],
  ]);
});

test('the key is the user that the definition finds, null if it finds none', async () => {
  const ownEvents = defineEvents({
    envelope: fields({ type: { constant: 'visit' }, user: '/by' }),
    types: [eventType('visit', Type.Object({ by: Type.Optional(Type.Number()) }))],
  });
  const path = fileOf('{"by":42}\n{}\n');
  const records = (await Array.fromAsync(recordsOf(path, never, ownEvents))).flat();
  expect(records.map(({ key }) => key && String(key))).toEqual(['42', null]);
});

test('a path is relative to the folder where pnpm was called', async () => {
  fileOf('{}');
  vi.stubEnv('INIT_CWD', folder);
  expect((await Array.fromAsync(recordsOf('events.ndjson'))).flat()).toHaveLength(1);
  vi.unstubAllEnvs();
});

test('long lines are not collected into one batch, which could exhaust the memory', async () => {
  const path = fileOf(`${'x'.repeat(1_000_000)}\n`.repeat(20));
  const sizes = await Array.fromAsync(recordsOf(path), (batch) => batch.length);
  expect(sizes).toEqual(Array(20).fill(1));
});

test.each(['none.ndjson', '.'])(
  'an unreadable path, "%s", is a usage error before anything is read',
  async (name) => {
    await expect(openInput(join(folder, name))).rejects.toMatchObject({
      code: 2,
      message: expect.stringContaining('cannot read'),
    });
  },
);

test('a stop ends the records, and drops a partially read line', async () => {
  const stop = new AbortController();
  const taken: number[] = [];
  for await (const batch of recordsOf(fileOf(`${'x'.repeat(1_000_000)}\n`.repeat(20)), stop.signal)) {
    taken.push(batch.length);
    stop.abort();
  }
  expect(taken).toEqual([1]);
});

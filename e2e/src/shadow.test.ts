import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { runApp } from './support/programs/programs.ts';
import { createPipeline } from './support/servers/pipeline.ts';

/** Accepts only page views whose path starts with `/me`. */
const candidate = `import { defineEvents, eventType, Type } from '@pipeline/schema';
  export default defineEvents({
    types: [eventType('page_view', Type.Object({ path: Type.String({ pattern: '^/me' }) }))],
  });`;

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadow-'));
  file = join(folder, 'candidate.mjs');
  await writeFile(file, candidate);
});

afterAll(() => rm(folder, { recursive: true }));

test('events that the candidate definition rejects are logged by offset and stored', async () => {
  await using pipeline = await createPipeline();
  const events = [
    createEvent({ payload: { path: '/me' } }),
    createEvent({ payload: { path: '/secret-path' } }),
    createEvent({ event_type: 'search', payload: { query: 'shoes' } }),
  ];
  await pipeline.publish(events.map((event) => jsonRecord(event, { partition: 0 })));
  const ended = await runApp('consumer', ['--once'], { ...pipeline.environment, SHADOW_SCHEMA: file });
  expect(ended).toMatchObject({ code: 0 });
  const [line = '{}'] = ended.stderr.split('\n').filter((text) => text.includes('candidate'));
  expect(JSON.parse(line)).toMatchObject({
    topic: pipeline.topic,
    partition: 0,
    rejected: 2,
    offsets: ['1', '2'],
    details: ['/payload/path must match pattern "^/me"', '/event_type is not registered'],
  });
  expect(ended.stderr).not.toContain('secret-path');
  const [stored] = await pipeline.database.run((sql) => sql`select count(*)::int as events from raw_events`);
  expect(stored).toEqual({ events: 3 });
});

test('an unusable candidate definition is reported at startup', async () => {
  const missing = join(folder, 'none.mjs');
  const ended = await runApp('consumer', ['--once'], {
    SHADOW_SCHEMA: missing,
    KAFKA_BROKERS: '127.0.0.1:1',
  });
  expect(ended).toMatchObject({
    code: 2,
    stderr: `consumer: invalid settings:\n  SHADOW_SCHEMA: ${missing}: does not exist\n`,
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDefinition } from './support/data/definition-file.ts';
import { findViolations, noViolations, sumLedgers } from './support/data/invariants.ts';
import { readShapes } from './support/docs/documented-shapes.ts';
import { runApp } from './support/programs/programs.ts';
import { findUnproven } from './support/programs/prove.ts';
import { createPipeline } from './support/servers/pipeline.ts';

const shapes = readShapes();

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-topics-'));
});

afterAll(() => rm(folder, { recursive: true }));

test('the documentation has nine shapes that the built-in definition rejects', async () => {
  await using pipeline = await createPipeline();
  await pipeline.publish(shapes.map(({ record }) => ({ key: null, value: Buffer.from(record) })));
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  expect(await sumLedgers(pipeline.database)).toMatchObject({ stored: 0, dead: 9 });
});

async function expectStoredOnce(shape: (typeof shapes)[number]): Promise<void> {
  await using pipeline = await createPipeline();
  const value = Buffer.from(shape.record);
  await pipeline.publish([value, value].map((one) => ({ key: null, value: one, partition: 0 })));
  const EVENTS = await writeDefinition(folder, shape.name, shape.envelope);
  for (const group of ['first', 'replay']) {
    const environment = { ...pipeline.environment, EVENTS, KAFKA_GROUP_ID: `${group}-${pipeline.topic}` };
    expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
    expect(await sumLedgers(pipeline.database)).toEqual({ stored: 1, duplicates: 1, dead: 0, skipped: 0 });
    expect(await findViolations(pipeline.database)).toEqual(noViolations);
    expect(await findUnproven({ environment })).toEqual([]);
  }
}

const name = '$name is stored exactly once, and a replay adds none';

test.concurrent.each(shapes.slice(0, 3))(name, expectStoredOnce);
test.concurrent.each(shapes.slice(3))(name, { tags: 'long' }, expectStoredOnce);

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNightly } from '@pipeline/testing';
import { expect, test } from 'vitest';
import { writeDefinition } from './support/data/definition-file.ts';
import { createEvent, jsonRecord } from './support/data/events.ts';
import { fingerprint } from './support/data/invariants.ts';
import {
  compareWith,
  createOddRecords,
  deploy,
  namesRefused,
  postWhatIf,
  writeCandidate,
  writeSchemas,
} from './support/data/what-if.ts';
import { readCommandBlocks } from './support/docs/documented-commands.ts';
import { runApp, startApp } from './support/programs/programs.ts';
import { createPipeline } from './support/servers/pipeline.ts';
import { expectColumns, expectWhatIf } from './support/system/expect-what-if.ts';

const records = isNightly ? 1_000_000 : 20_000;
const timeout = isNightly ? 1_800_000 : 300_000;

test('a comparison predicts each difference that a deployed candidate makes', { timeout }, async () => {
  await using pipeline = await createPipeline();
  expect(await expectWhatIf(pipeline, records)).toBeGreaterThan(3);
});

test('a comparison names the columns that another mapping stores differently', { timeout }, async () => {
  await using pipeline = await createPipeline();
  const folder = await mkdtemp(join(tmpdir(), 'mappings-'));
  const mapping = `id: '/event_id', payload: '/payload'`;
  const own = `fields({ ${mapping}, type: '/event_type', time: '/event_time', user: '/user_id' })`;
  const [type, time, user] = ['type', 'time', 'user'].map((name) => `${name}: { header: '${name}' }`);
  const headers = `fields({ ${mapping}, ${type}, ${time}, ${user}, otherMembers: 'ignore' })`;
  const paths = [
    await writeDefinition(folder, 'present', own),
    await writeDefinition(folder, 'candidate', headers),
  ] as const;
  expect((await expectColumns(pipeline, paths)).size).toBe(16);
});

test('a comparison shows no content of records and changes nothing', { tags: 'long' }, async () => {
  await using pipeline = await createPipeline();
  const secret = createEvent({ event_type: 'search', payload: { query: 'hush' } });
  await pipeline.publish([jsonRecord(secret, { partition: 0 })]);
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  const before = await fingerprint(pipeline.database);
  const comparison = await compareWith(pipeline.environment, await writeCandidate());
  expect(comparison.differences).toMatchObject([
    {
      present: { outcome: 'stored', eventType: 'search' },
      candidate: { outcome: 'rejected', reason: 'invalid_payload', path: '/payload/query' },
      ...{ count: 1, examples: [`${pipeline.topic}:0:0`] },
    },
  ]);
  expect(JSON.stringify(comparison)).not.toContain('hush');
  expect(await fingerprint(pipeline.database)).toEqual(before);
  const tables = await runApp('consumer', documentedArguments(await writeCandidate()), pipeline.environment);
  expect(tables).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ *1 +stored search +invalid_payload/m),
  });
});

test('the API and the command judge each kind of record alike', async () => {
  await using pipeline = await createPipeline();
  const environment = { ...pipeline.environment, EVENT_MAX_BYTES: '1000', EVENT_MAX_DEPTH: '6' };
  await pipeline.publish(createOddRecords());
  await deploy({ ...pipeline, environment }, pipeline.environment['DATABASE_URL'] ?? '', {});
  const schemas = {
    search: { type: 'object', properties: { query: { type: 'string', minLength: 6 } }, required: ['query'] },
    teleport: true,
  };
  const { isInterrupted, ...printed } = await compareWith(environment, await writeSchemas(schemas));
  await using page = startApp('stats', ['serve'], environment);
  const { isComplete, ...answered } = await postWhatIf(page, { hours: 1, schemas });
  expect([isInterrupted, isComplete]).toEqual([false, true]);
  expect(answered).toEqual(printed);
  const reasons = new Set(printed.candidate.rejected.map(({ reason }) => reason));
  const kinds = ['empty', 'too_large', 'not_json', 'not_an_event', 'unknown_event_type', 'invalid_payload'];
  const refused = (await namesRefused(pipeline.database)) ? ['refused_by_database'] : [];
  expect(reasons).toEqual(new Set([...kinds, ...refused]));
  expect(printed.candidate.duplicates).toBe(1);
});

/** The arguments of the comparison in docs/events.md, with another candidate. */
function documentedArguments(candidate: string): readonly string[] {
  const commands = readCommandBlocks().map(({ text }) => text);
  const [, args = ''] =
    /^pnpm --filter consumer start (replay .*) candidate\.ts$/m.exec(commands.join('')) ?? [];
  return [...args.split(' '), candidate];
}

test('a candidate with another id rule is one line with exit code 2', { tags: 'long' }, async () => {
  await using pipeline = await createPipeline();
  await pipeline.publish([jsonRecord(createEvent())]);
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  const folder = await mkdtemp(join(tmpdir(), 'candidate-'));
  const path = await writeDefinition(folder, 'events', 'cloudEvents()');
  const args = ['replay', '--from', '0', '--dry-run', '--events', path];
  const { code, stderr } = await runApp('consumer', args, pipeline.environment);
  expect([code, stderr.trim().split('\n')]).toEqual([2, [expect.stringMatching(/ids follow the rule/)]]);
});

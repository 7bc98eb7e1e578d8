import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseBlocks, readCommandBlocks } from './support/docs/documented-commands.ts';
import { documentedSql } from './support/docs/documented-sql.ts';
import { rootFolder } from './support/programs/binaries.ts';
import { findPnpmFolder } from './support/programs/pnpm.ts';
import { type Environment, runApp } from './support/programs/programs.ts';
import { createBuiltInViews } from './support/servers/built-in-views.ts';
import { createPipeline, type Pipeline } from './support/servers/pipeline.ts';

const blocks = readCommandBlocks();
const marks = blocks.flatMap(({ page, marks }) => marks.map((mark) => ({ page, mark })));
/** The queries of `docs/tables.md` run in `documented-queries.test.ts`. */
const executed = Map.groupBy(
  blocks.filter(({ marks, page }) => marks.length === 0 && page !== 'docs/tables.md'),
  ({ page }) => page,
);

/** Has `pnpm` as the pages use it: the version of the repository. */
const binFolder = await findPnpmFolder();

async function expectCommands(page: string): Promise<void> {
  await using pipeline = await createPipelineWithInvalidRecords();
  for (const { language, text } of executed.get(page) ?? []) {
    if (language === 'sql') await pipeline.database.run((sql) => sql.unsafe(text).simple());
    else await runShell(text.replaceAll('4711', await findDeadLetterId(pipeline)), pipeline.environment);
  }
}

const name = 'every command of %s works as printed';
const pages = [...executed.keys()].filter((page) => page !== 'README.md');

test.concurrent.each(['README.md'])(name, expectCommands);
test.concurrent.each(pages)(name, { tags: 'long' }, expectCommands);

test.each(marks)('$page marks a command with a test that exists, or a reason', ({ mark }) => {
  if (mark.kind === 'not run') expect(mark.reason.length).toBeGreaterThan(10);
  else expect(readFileSync(join(rootFolder, mark.file), 'utf8')).toContain(mark.quote);
});

test('a block is executed unless it is marked', () => {
  const page = '<!-- not run: needs a cluster -->\n\n```sh\na\n```\n\ntext\n\n```sh\nb\n```\n';
  expect(parseBlocks('page', page).map(({ text, marks }) => [text, marks.length])).toEqual([
    ['a\n', 1],
    ['b\n', 0],
  ]);
  expect(() => parseBlocks('page', '<!-- skipped -->\n```sh\na\n```\n')).toThrow('skipped');
});

test('rows deleted on purpose add up again after the documented update of the ledger', async () => {
  await using pipeline = await createPipelineWithInvalidRecords();
  const [stored] = await pipeline.database.run<{ partition: number }>(
    (sql) => sql`delete from raw_events where event_id = (select event_id from raw_events limit 1)
                 returning (select min(partition) from ingest_progress where stored > 0) as partition`,
  );
  expect(await runApp('stats', ['verify', '--repair'], pipeline.environment)).toMatchObject({ code: 3 });
  const update = documentedSql('set stored = stored - N', '')
    .replaceAll(' N', ' 1')
    .replace("'events'", `'${pipeline.topic}'`)
    .replace('partition = 0', `partition = ${stored?.partition}`);
  await pipeline.database.run((sql) => sql.unsafe(update).simple());
  expect(await runApp('stats', ['verify'], pipeline.environment)).toMatchObject({ code: 0 });
});

test('the event of the README becomes the rows that it shows', async () => {
  await using pipeline = await createPipeline();
  const readme = readFileSync(join(rootFolder, 'README.md'), 'utf8');
  const [, event = ''] = /^```json\n(.*?)^```$/ms.exec(readme) ?? [];
  await pipeline.publish([{ key: null, value: Buffer.from(event) }]);
  expect(await runApp('consumer', ['--once'], pipeline.environment)).toMatchObject({ code: 0 });
  const shown = [...readme.matchAll(/^app=# (.*);\n(.*)\n[-+]+\n(.*)$/gm)];
  expect(shown.length).toBe(2);
  for (const [, query = '', heading = '', row = ''] of shown) {
    const columns = cellsOf(heading).map((column) => `${column}::text`);
    const rows = await pipeline.database.run((sql) =>
      sql.unsafe(`select ${columns.join(', ')} from (${query}) as shown`),
    );
    expect(rows.map((found) => Object.values(found))).toEqual([cellsOf(row)]);
  }
});

test('the five steps of the README store an event of another type and shape', async () => {
  await using pipeline = await createPipeline();
  const steps = blocks.find(({ page, text }) => page === 'README.md' && text.includes('EVENTS=my-events'));
  await runShell(steps?.text ?? '', pipeline.environment);
  await rm(join(rootFolder, 'my-events'), { recursive: true });
  const rows = await pipeline.database.run(
    (sql) => sql`select event_type, user_id, payload->'amount' as amount from raw_events`,
  );
  expect(rows).toEqual([{ event_type: 'order.placed', user_id: 'user-1', amount: 1 }]);
});

function cellsOf(line: string): readonly string[] {
  return line.split('|').map((cell) => cell.trim());
}

/** A pipeline with views, whose consumer has read 500 simulated records, a tenth invalid, for all reasons. */
async function createPipelineWithInvalidRecords(): Promise<Pipeline> {
  const pipeline = await createPipeline();
  await createBuiltInViews(pipeline.environment['DATABASE_URL'] ?? '');
  const simulation = ['--rate', '0', '--count', '500', '--invalid-ratio', '0.1', '--seed', '7'];
  for (const [app, args] of [
    ['producer', simulation],
    ['consumer', ['--once']],
  ] as const) {
    expect(await runApp(app, args, pipeline.environment)).toMatchObject({ code: 0 });
  }
  return pipeline;
}

/** The id that replaces 4711 of the pages. */
async function findDeadLetterId({ database }: Pipeline): Promise<string> {
  const [row] = await database.run<{ id: string }>(
    (sql) => sql`select min(dlq_id)::text as id from dlq_events`,
  );
  return row?.id ?? 'none';
}

/** Runs a block in the root folder as a user would. @throws if a command of it fails */
async function runShell(text: string, environment: Environment): Promise<void> {
  const path = `${binFolder}${delimiter}${process.env['PATH']}`;
  const child = spawn('sh', ['-e'], {
    cwd: rootFolder,
    env: { ...process.env, METRICS_PORT: '0', STATS_PORT: '0', ...environment, PATH: path },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(text);
  const [code] = await once(child, 'close');
  expect(code, `${text}\n${Buffer.concat(chunks)}`).toBe(0);
}

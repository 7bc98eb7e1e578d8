import { expect, test } from 'vitest';
import { jsonRecord } from './support/data/events.ts';
import { findViolations, noViolations } from './support/data/invariants.ts';
import { runApp, startApp } from './support/programs/programs.ts';
import { waitForLog } from './support/programs/wait.ts';
import { createTwoTopics, type TwoTopics } from './support/servers/two-topics.ts';

/** Two dead letters of the first topic, three of the second. */
async function createDeadLetters(): Promise<TwoTopics> {
  const topics = await createTwoTopics();
  const invalid = (count: number) => Array.from({ length: count }, (_, index) => jsonRecord({ index }));
  await topics.first.publish(invalid(2));
  await topics.second.publish(invalid(3));
  expect(await runApp('consumer', ['--once'], topics.environment)).toMatchObject({ code: 0 });
  return topics;
}

/** Number of dead letters by topic and status, from the rows. */
async function countByTopic({ first, second }: TwoTopics) {
  const rows = await first.database.run(
    (sql) => sql<{ kind: string; n: number }[]>`
      select case source_topic when ${first.topic} then 'first' when ${second.topic} then 'second' end || ' ' || status as kind,
             count(*)::int as n from dlq_events group by 1`,
  );
  return Object.fromEntries(rows.map(({ kind, n }) => [kind, n]));
}

const endOf = async ({ offsets }: TwoTopics['first']) =>
  (await offsets()).reduce((sum, { logEnd }) => sum + logEnd, 0n);

test.concurrent('dead letters are listed, exported and shown by topic', async () => {
  await using topics = await createDeadLetters();
  const { first, second, environment } = topics;
  const dlq = (...words: readonly string[]) => runApp('stats', ['dlq', ...words], environment);
  const listed = await dlq('ls', '--topic', second.topic, '--json');
  const letters: readonly { readonly id: string; readonly topic: string }[] = listed.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(letters.map(({ topic }) => topic)).toEqual(Array(3).fill(second.topic));
  const exported = await dlq('export', '--topic', first.topic);
  expect(exported.stdout.trim().split('\n')).toHaveLength(2);
  const id = letters[0]?.id ?? '';
  expect(await dlq('show', id, '--topic', second.topic)).toMatchObject({ code: 0 });
  expect(await dlq('show', id, '--topic', first.topic)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`there is no dead letter ${id} from topic ${first.topic}`),
  });
});

test.concurrent('a redrive or discard of one topic leaves those of the others', async () => {
  await using topics = await createDeadLetters();
  const { first, second, environment } = topics;
  const dlq = (...words: readonly string[]) => runApp('stats', ['dlq', ...words], environment);
  const before = [await endOf(first), await endOf(second)];
  expect(await dlq('redrive', '--topic', second.topic, '--yes')).toMatchObject({ code: 0 });
  expect([await endOf(first), await endOf(second)]).toEqual([before[0], (before[1] ?? 0n) + 3n]);
  expect(await countByTopic(topics)).toEqual({ 'first open': 2, 'second redriven': 3 });
  const discarded = await dlq('discard', '--topic', first.topic, '--because', 'a test', '--yes', '--json');
  expect(JSON.parse(discarded.stdout)).toMatchObject({ matching: '2', discarded: '2' });
  expect(await runApp('consumer', ['--once'], environment)).toMatchObject({ code: 0 });
  expect(await countByTopic(topics)).toEqual({
    'first discarded': 2,
    'second redriven': 3,
    'second open': 3,
  });
  expect(await findViolations(first.database)).toEqual(noViolations);
});

test.concurrent('the API filters, redrives and discards by topic', async () => {
  await using topics = await createDeadLetters();
  const { first, second, environment } = topics;
  await using server = startApp('stats', ['serve'], environment);
  await waitForLog(server, /stats page http/);
  const url = /stats page (http:\/\/[^"\s]+)/.exec(server.stderr())?.[1] ?? '';
  const get = async (path: string) => await (await fetch(`${url}${path}`)).json();
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return await response.json();
  };
  expect(await get(`/api/dlq?topic=${first.topic}`)).toMatchObject({
    matching: '2',
    letters: [{ topic: first.topic }, { topic: first.topic }],
  });
  const before = await endOf(second);
  expect(await post('/api/dlq/redrive', { topic: second.topic })).toMatchObject({ results: [{}, {}, {}] });
  expect(await endOf(second)).toBe(before + 3n);
  expect(await post('/api/dlq/discard', { topic: first.topic, because: 'a test' })).toEqual({
    discarded: '2',
  });
  expect(await countByTopic(topics)).toEqual({ 'first discarded': 2, 'second redriven': 3 });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from './support/data/invariants.ts';
import { findDifferences, type Oracle, publishMix } from './support/data/oracle.ts';
import { runApp } from './support/programs/programs.ts';
import { type Neighbour, type Neighbours, openNeighbours } from './support/servers/neighbours.ts';

let neighbours: Neighbours;
let teams: readonly (Neighbour & { readonly oracle: Oracle })[];

beforeAll(async () => {
  neighbours = await openNeighbours();
  teams = await Promise.all(
    neighbours.all.map(async (neighbour, index) => {
      const mix = { events: 300 + index, badEvery: 50 - index, duplicateEvery: 20 };
      return { ...neighbour, oracle: await publishMix(neighbour.pipeline, mix) };
    }),
  );
});
afterAll(() => neighbours[Symbol.asyncDispose]());

type Role = Parameters<Neighbour['as']>[0];
const runStats = (team: Neighbour, role: Role, ...args: readonly string[]) =>
  runApp('stats', args, team.as(role));

test('five pipelines in one database store their own events at the same time', async () => {
  const ended = await Promise.all(teams.map((team) => runApp('consumer', ['--once'], team.as('writer'))));
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  for (const { pipeline, oracle } of teams) expect(await findDifferences(pipeline, oracle)).toEqual([]);
});

test('the numbers of each pipeline are its own', async () => {
  for (const team of teams) {
    const { stdout } = await runStats(team, 'operator', '--json');
    const { events, deadLetters } = JSON.parse(stdout);
    const { eventIds, badValues } = team.oracle;
    expect([events.stored, deadLetters.open]).toEqual([String(eventIds.size), String(badValues.size)]);
    expect(await runStats(team, 'operator', 'verify')).toMatchObject({ code: 0 });
  }
});

test('discard, purge, partition and repair change one pipeline', async () => {
  const [team, ...others] = teams.toReversed();
  if (team === undefined) throw new Error('there is no team');
  const before = await Promise.all(others.map(({ pipeline }) => fingerprint(pipeline.database)));
  const commands = [
    ['operator', 'dlq', 'discard', '--all', '--because', 'a test', '--yes'],
    ['owner', 'purge', '--before', '2100-01-01', '--yes'],
    ['owner', 'partition', '--ahead', '2'],
    ['owner', 'verify', '--repair'],
  ] as const;
  for (const [kind, ...args] of commands)
    expect([args, await runStats(team, kind, ...args)]).toEqual([args, expect.objectContaining({ code: 0 })]);
  expect(await runStats(team, 'operator', 'verify')).toMatchObject({ code: 0 });
  const rows = await team.pipeline.database.run((sql) => sql`select from pipeline.raw_events`);
  expect(rows).toHaveLength(0);
  expect(await Promise.all(others.map(({ pipeline }) => fingerprint(pipeline.database)))).toEqual(before);
});

test('a login of one pipeline cannot use the schema of another', async () => {
  const [, first, second] = neighbours.all;
  const settings = { ...first.as('writer'), DATABASE_SCHEMA: second.schema };
  const { code, stderr } = await runApp('consumer', ['--once'], settings);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`permission denied for schema ${second.schema}`),
  ]);
});
